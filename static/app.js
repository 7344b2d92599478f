/* gridunion: comfort on top of pages that work without it; no eval. */
(() => {
"use strict";
var doc = document, root = doc.documentElement, lastButton = null;
function $(id) { return doc.getElementById(id); }
function on(type, fn, capture) { doc.addEventListener(type, fn, capture); }

/* after a swap errors get the focus, messages a voice */
function settle() {
  var summary = $("errsum"), prefix = doc.body.dataset.errTitle;
  if (summary && !summary.dataset.seen) {
    summary.dataset.seen = "1";
    if (doc.title.indexOf(prefix)) doc.title = prefix + doc.title;
    summary.focus({ preventScroll: true });
    summary.scrollIntoView({ block: "center" });
  }
  doc.querySelectorAll(".flash:not([data-said])").forEach(flash => {
    flash.dataset.said = "1";
    say(flash.textContent);
  });
  doc.querySelectorAll("[data-pw][hidden]").forEach(it => it.hidden = false);
  sheetOpened();
}
function say(text) {
  setTimeout(() => $("live").textContent = text.replace(/\s+/g, " ").trim(), 150);
}

/* messages of the page itself, from its templates */
function complain(which, again) {
  var box = $("flash"), note = $("t-" + which).content.firstElementChild.cloneNode(true),
      button = note.querySelector("button");
  if (again) button.onclick = () => { calm(); again(); };
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
  var button = elt.lastButton;
  return () => {
    if (elt.tagName === "INPUT") htmx.trigger(elt, "search");
    else if (elt.tagName !== "FORM") elt.click();
    else if (button && button.isConnected) button.click();
    else if (elt.requestSubmit) elt.requestSubmit();
  };
}

/* buttons say they are busy; a second submit is dropped */
function busy(form) {
  var button = form.lastButton;
  form.dataset.busy = "1";
  if (button && !button.label) {
    button.label = button.innerHTML;
    button.setAttribute("aria-busy", "true");
    button.textContent = button.dataset.busyText || doc.body.dataset.busyText;
  }
  form.timer = setTimeout(idle, 25000, form);
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
/* who sent a request, also when the answer has replaced it */
function asker(e) { return e.detail.requestConfig.elt; }
function isForm(elt) { return elt && elt.tagName === "FORM" && !("nobusy" in elt.dataset); }
on("submit", e => {
  var form = e.target;
  if (form.dataset.busy) { e.preventDefault(); e.stopImmediatePropagation(); return; }
  form.querySelectorAll("[name$=happened_at]").forEach(it => it.value = it.value || new Date().toISOString());
  form.lastButton = e.submitter || (lastButton && lastButton.form === form ? lastButton : null);
}, true);
on("submit", e => {
  var form = e.target;
  if (e.defaultPrevented || !isForm(form) || form.getAttribute("method") !== "post") return;
  if (!navigator.onLine) { e.preventDefault(); complain("offline", retry(form)); return; }
  setTimeout(busy, 0, form);
});
on("htmx:beforeRequest", e => {
  var elt = asker(e);
  if (isForm(elt) && e.detail.requestConfig.verb !== "get") busy(elt);
  if (e.detail.target.id === "sheet" && !sheet()) opener = doc.activeElement;
});
on("htmx:afterRequest", e => {
  var elt = asker(e);
  if (e.detail.xhr.getResponseHeader("HX-Redirect")) return; /* stay busy */
  if (isForm(elt)) idle(elt);
  if (e.detail.successful) calm();
});
function failed(e) { complain(e.detail.requestConfig.verb === "get" ? "load" : "busy", retry(asker(e))); }
on("htmx:timeout", failed);
on("htmx:sendError", e => complain("offline", retry(asker(e))));
on("htmx:responseError", e => {
  if (e.detail.xhr.status >= 500) failed(e);
  else complain("refused", () => location.reload());
});
on("outbox:no", e => complain(e.detail, retry(e.target)));
on("htmx:afterSettle", settle);
on("htmx:afterSwap", e => {
  var row = asker(e), next;
  if (!("more" in row.dataset) || !(row = row.closest("li"))) return;
  next = row.nextElementSibling;
  row.remove();
  next = next && next.querySelector("a");
  if (next) next.focus();
});

/* the sheet: a page of its own that lies over this one */
var opener = null, pushed = false;
function sheet() { return doc.querySelector("#sheet .sheet"); }
function behind(hide) {
  doc.querySelectorAll("#main,.nav,.act-bar,.skip").forEach(part => part.inert = hide);
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
on("htmx:pushedIntoHistory", () => pushed = opener !== null);
addEventListener("popstate", e => {
  if (!sheet()) return;
  e.stopImmediatePropagation(); /* the page below is still right */
  sheetClose();
});
on("keydown", e => e.key === "Escape" && sheet() && sheetLeave());
on("focusin", e => {
  var box = sheet();
  if (box && !box.contains(e.target)) box.focus();
});

/* chosen photos show on their chip, and are shrunk before they are sent */
on("change", e => {
  var box = e.target, note = box.type === "file" && box.nextElementSibling.querySelector("span");
  if (!note) return;
  if (!("note" in box)) box.note = note.textContent;
  note.textContent = box.files.length ? box.dataset.chosen.replace("{n}", box.files.length) : box.note;
  say(note.textContent);
  if (box.multiple) Promise.all([...box.files].map(shrunk)).then(files => {
    var bag = new DataTransfer();
    files.forEach(file => bag.items.add(file));
    box.files = bag.files;
  }).catch(() => {}); /* the server takes them as they are */
});
function shrunk(file) {
  return createImageBitmap(file).then(pic => {
    var part = Math.min(1, 1600 / Math.max(pic.width, pic.height)),
        paper = new OffscreenCanvas(pic.width * part, pic.height * part);
    paper.getContext("2d").drawImage(pic, 0, 0, paper.width, paper.height);
    return paper.convertToBlob({ type: "image/jpeg", quality: .8 });
  }).then(made => made.size < file.size ? new File([made], "1.jpg", { type: made.type }) : file);
}

on("click", e => {
  var at = e.target, hit, text, box;
  lastButton = at.closest("button") || lastButton;
  if (at.closest("[data-print]")) print();
  if (at.closest("[data-close]") && sheet()) { e.preventDefault(); sheetLeave(); }
  if ((hit = at.closest("[data-ins]"))) {
    box = hit.dataset.for ? $(hit.dataset.for) : hit.closest(".f").querySelector("textarea");
    text = box.value.trimEnd();
    box.value = text + (text && !/[，。！？；、,.!?;]$/.test(text) ? "，" : "") + hit.dataset.ins;
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  /* what stands folded away unfolds */
  if (at.checked && (box = $("if-" + at.value))) box.open = true;
  if ((hit = at.closest("a[href^='#']")) && (box = $(hit.getAttribute("href").slice(1)))) {
    text = box.closest("details");
    if (text) text.open = true;
    if (text === box) { e.preventDefault(); box.querySelector("input,select").focus(); }
  }
  if ((hit = at.closest("[data-pw]"))) {
    box = hit.parentNode.querySelector("input");
    box.type = box.type === "password" ? "text" : "password";
    text = hit.firstElementChild.textContent;
    hit.firstElementChild.textContent = hit.dataset.pw;
    hit.dataset.pw = text;
    box.focus();
  }
}, true);

/* a page kept by the back button may outlive its sign-in */
addEventListener("pageshow", e => e.persisted && location.reload());
addEventListener("pagehide", () => sessionStorage.removeItem("htmx-current-path-for-history"));

root.classList.add("js");
settle();
})();
