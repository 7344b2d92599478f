/* gridunion: comfort on top of pages that work without it. No eval, no inline code. */
(function () {
"use strict";
var doc = document, root = doc.documentElement, lastButton = null;
function $(id) { return doc.getElementById(id); }
function closest(node, what) { return node && node.closest ? node.closest(what) : null; }
function on(type, fn, capture) { doc.addEventListener(type, fn, !!capture); }

/* ── after every swap: errors get the focus, messages get a voice ── */
function settle() {
  var summary = $("errsum"), prefix = doc.body.dataset.errTitle, pw;
  if (summary && !summary.dataset.seen) {
    summary.dataset.seen = "1";
    if (doc.title.indexOf(prefix) !== 0) doc.title = prefix + doc.title;
    summary.focus({ preventScroll: true });
    summary.scrollIntoView({ block: "center" });
  }
  doc.querySelectorAll(".flash:not([data-said])").forEach(function (flash) {
    flash.dataset.said = "1";
    say(flash.textContent);
  });
  pw = doc.querySelectorAll("[data-pw][hidden]");
  for (var i = 0; i < pw.length; i++) pw[i].hidden = false;
  sheetOpened();
}
function say(text) {
  setTimeout(function () { $("live").textContent = text.replace(/\s+/g, " ").trim(); }, 150);
}

/* ── messages of the page itself: from <template id="t-…"> into #flash ── */
function complain(which, again) {
  var box = $("flash"), note = $("t-" + which).content.firstElementChild.cloneNode(true),
      button = note.querySelector("button");
  if (again) button.onclick = function () { calm(); again(); };
  else button.remove();
  box.textContent = "";
  box.appendChild(note);
  box.classList.add("stick");
  settle();
}
function calm() {
  var box = $("flash");
  if (box && box.classList.contains("stick")) { box.textContent = ""; box.classList.remove("stick"); }
}
function retry(elt) {
  if (elt.tagName !== "FORM") return function () { elt.tagName === "INPUT" ? htmx.trigger(elt, "search") : elt.click(); };
  var button = elt.lastButton;
  return function () {
    if (button && button.isConnected) button.click();
    else if (elt.requestSubmit) elt.requestSubmit();
  };
}

/* ── buttons say they are busy; a second submit of the same form is dropped ── */
function busy(form) {
  var button = form.lastButton;
  form.dataset.busy = "1";
  if (button && !button.label) {
    button.label = button.innerHTML;
    button.setAttribute("aria-busy", "true");
    button.textContent = button.dataset.busyText || doc.body.dataset.busyText;
  }
  form.timer = setTimeout(function () { idle(form); }, 25000);
}
function idle(form) {
  var button = form.lastButton;
  clearTimeout(form.timer);
  delete form.dataset.busy;
  if (button && button.label) {
    button.innerHTML = button.label;
    button.label = null;
    button.removeAttribute("aria-busy");
  }
}
/* the element that sent a request, also when the answer has since replaced it */
function asker(e) { return e.detail.requestConfig.elt; }
function isForm(elt) { return elt && elt.tagName === "FORM" && !("nobusy" in elt.dataset); }
on("submit", function (e) {
  var form = e.target;
  if (form.dataset.busy) { e.preventDefault(); e.stopImmediatePropagation(); return; }
  var first = form.elements.happened_at; /* a bad line costs the worker no time */
  if (first && !first.value) first.value = new Date().toISOString();
  form.lastButton = e.submitter || (lastButton && lastButton.form === form ? lastButton : null);
}, true);
on("submit", function (e) {
  var form = e.target;
  if (e.defaultPrevented || !isForm(form) || form.getAttribute("method") !== "post") return;
  if (navigator.onLine === false) { e.preventDefault(); complain("offline", retry(form)); return; }
  setTimeout(function () { busy(form); }, 0);
});
on("htmx:beforeRequest", function (e) {
  var elt = asker(e);
  if (isForm(elt) && e.detail.requestConfig.verb !== "get") busy(elt);
  if (e.detail.target.id === "sheet" && !sheet()) opener = doc.activeElement;
});
on("htmx:afterRequest", function (e) {
  var elt = asker(e);
  if (e.detail.xhr.getResponseHeader("HX-Redirect")) return; /* on the way to another page: stay busy */
  if (isForm(elt)) idle(elt);
  if (e.detail.successful) calm();
});
function failed(e) { complain(e.detail.requestConfig.verb === "get" ? "load" : "busy", retry(asker(e))); }
on("htmx:timeout", failed);
on("htmx:sendError", function (e) { complain("offline", retry(asker(e))); });
on("htmx:responseError", function (e) {
  if (e.detail.xhr.status >= 500) failed(e);
  else complain("refused", function () { location.reload(); });
});
on("htmx:afterSettle", settle);
on("htmx:afterSwap", function (e) {
  var row = asker(e), next;
  if (!("more" in row.dataset) || !(row = row.closest("li"))) return;
  next = row.nextElementSibling;
  row.remove();
  next = next && next.querySelector("a");
  if (next) next.focus();
});

/* ── the sheet: a page of its own that lies over this one ── */
var opener = null, pushed = false;
function sheet() { return doc.querySelector("#sheet .sheet"); }
function behind(hide) {
  doc.querySelectorAll("#main,.nav,.act-bar,.skip").forEach(function (part) { part.inert = hide; });
  root.classList.toggle("locked", hide);
}
function sheetOpened() {
  var box = sheet();
  if (!box || box.getAttribute("role")) return;
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-modal", "true");
  box.tabIndex = -1;
  behind(true);
  if (!$("errsum")) box.focus();
}
function sheetClose() {
  $("sheet").textContent = "";
  behind(false);
  pushed = false;
  if (opener && opener.isConnected) opener.focus();
  opener = null;
}
function sheetLeave() { pushed ? history.back() : sheetClose(); }
on("htmx:pushedIntoHistory", function () { pushed = opener !== null; });
addEventListener("popstate", function (e) {
  if (!sheet()) return;
  e.stopImmediatePropagation(); /* the page below is still right: htmx need not load it again */
  sheetClose();
});
on("keydown", function (e) { if (e.key === "Escape" && sheet()) sheetLeave(); });
on("focusin", function (e) {
  var box = sheet();
  if (box && !box.contains(e.target)) box.focus();
});

/* ── a chosen photo shows: its field is hidden behind a chip ── */
on("change", function (e) {
  var box = e.target, note = box.type === "file" && box.nextElementSibling.querySelector("span");
  if (!note) return;
  if (!("note" in box)) box.note = note.textContent;
  note.textContent = box.files.length ? box.dataset.chosen.replace("{n}", box.files.length) : box.note;
  say(note.textContent);
});

/* ── clicks ── */
on("click", function (e) { if (closest(e.target, "[data-print]")) window.print(); });
on("click", function (e) {
  var hit = e.target, text, box;
  lastButton = closest(hit, "button") || lastButton;
  if (closest(hit, "[data-close]") && sheet()) { e.preventDefault(); sheetLeave(); }
  if ((hit = closest(e.target, "[data-ins]"))) {
    box = hit.dataset.for ? $(hit.dataset.for) : hit.closest(".f").querySelector("textarea");
    text = box.value.replace(/\s+$/, "");
    box.value = text + (text && !/[，。！？；、,.!?;]$/.test(text) ? "，" : "") + hit.dataset.ins;
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  /* a link to a field that stands folded away unfolds it */
  if ((hit = closest(e.target, "a[href^='#']")) && (box = $(hit.getAttribute("href").slice(1)))) {
    text = closest(box, "details");
    if (text) text.open = true;
    if (text === box) { e.preventDefault(); box.querySelector("input,select").focus(); }
  }
  if ((hit = closest(e.target, "[data-pw]"))) {
    box = hit.parentNode.querySelector("input");
    box.type = box.type === "password" ? "text" : "password";
    text = hit.firstElementChild.textContent;
    hit.firstElementChild.textContent = hit.dataset.pw;
    hit.dataset.pw = text;
    box.focus();
  }
}, true);

/* a page kept by the back button may show what its reader has since signed out of */
addEventListener("pageshow", function (e) { if (e.persisted) location.reload(); });
addEventListener("pagehide", function () { sessionStorage.removeItem("htmx-current-path-for-history"); });

root.classList.add("js");
settle();
})();
