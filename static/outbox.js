/* What a phone without a line holds back: encrypted for its owner alone, until the server has a receipt for it. */
(() => {
"use strict";
var doc = document, HOUR = 36e5, MOST = 50, LARGEST = 3 << 20, KINDS = ["items", "bodies"],
    key, owner, base, timer, signedOut, sent = [], refused = [403, 404, 409, 413, 422],
    main = doc.getElementById("main"), leaving = doc.querySelectorAll("form[data-leave]"),
    fresh = main && main.querySelector("form[data-outbox]") && !doc.getElementById("errsum") && main.innerHTML;
/* gone when the page became that of signing in: then nothing is opened any more */
function box() { return doc.getElementById("outbox") || (key = null); }
if (!box() || !crypto.subtle || !window.indexedDB) return;

function hex(bytes) { return Array.from(new Uint8Array(bytes), it => it.toString(16).padStart(2, "0")).join(""); }
function random(n) { return crypto.getRandomValues(new Uint8Array(n)); }
function words(name, n) { return box().dataset[name].replace("{n}", n); }

async function begin() {
  base = await new Promise((done, failed) => {
    var asked = indexedDB.open("gridunion", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("items", { keyPath: "key" });
      asked.result.createObjectStore("bodies");
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  if (box().dataset.more && !await fill()) return;
  await unlock();
  box().querySelector("button").onclick = () => send(true);
}
/* most pages have only a place for it: what stands there is fetched when this phone holds something, or said so */
async function fill() {
  var kept = localStorage, said = Object.keys(kept).some(it => /^told-/.test(it) && +kept[it]), answer;
  if (!said && !(await read("items")).length) {
    leaving.forEach(it => it.elements.kept.value = "");
    return false;
  }
  answer = await fetch(box().dataset.more);
  if (answer.redirected || !answer.ok) return false;
  box().outerHTML = await answer.text();
  return true;
}
/* the key stands in the page behind a mask, and is never stored */
async function unlock() {
  var masked = Uint8Array.from(atob(box().dataset.key), it => it.charCodeAt()),
      bytes = masked.slice(32).map((it, i) => it ^ masked[i]);
  owner = hex(await crypto.subtle.digest("SHA-256", bytes));
  key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}
function change(how) {
  return new Promise((done, failed) => {
    var act = base.transaction(KINDS, "readwrite");
    how(...KINDS.map(it => act.objectStore(it)));
    act.oncomplete = done;
    act.onabort = act.onerror = () => failed(act.error);
  });
}
function read(store, one) {
  return new Promise((done, failed) => {
    var from = base.transaction(store).objectStore(store), asked = one ? from.get(one) : from.getAll();
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}
function put(it) { return change(items => items.put(it)); }
function drop(id) { return change((items, bodies) => { items.delete(id); bodies.delete(id); }); }

function lock(iv, id) { return { name: "AES-GCM", iv: iv, additionalData: new TextEncoder().encode(owner + id) }; }
async function seal(bytes, id) {
  var iv = random(12);
  return { iv: iv, data: await crypto.subtle.encrypt(lock(iv, id), key, bytes) };
}
function unseal(sealed, id) { return crypto.subtle.decrypt(lock(sealed.iv, id), key, sealed.data); }

/* mine, the oldest first; whatever is older than three days is wiped, and its owner is told once */
async function mine() {
  var rows = await read("items"), it;
  for (it of rows) if (!it.gone && Date.now() - it.at > 72 * HOUR) {
    it.gone = true;
    delete it.label;
    await change((items, bodies) => { items.put(it); bodies.delete(it.key); });
  }
  return rows.filter(it => it.owner === owner).sort((a, b) => a.at - b.at);
}

async function keep(form, asked) {
  var hidden = form.querySelector("[data-sealed]"), names = hidden ? hidden.dataset.sealed.split(" ") : [],
      data = new FormData(), id = asked.formData.get("client_key"), rows = await mine(), packed, body, label;
  asked.formData.forEach((it, name) => name === "csrf_token" || data.append(name, it));
  data.forEach((it, name) => { if (/category$/.test(name) && names.includes(it)) throw "sealed"; });
  if (rows.filter(it => it.key !== id).length >= MOST) throw "full";
  label = [form.dataset.outbox, data.get("name")].filter(Boolean).join(" ");
  data.append("outbox-to", asked.path);
  packed = new Response(data);
  body = await packed.arrayBuffer();
  if (body.byteLength > LARGEST) throw "large";
  body = await seal(body, id);
  body.type = packed.headers.get("Content-Type");
  label = await seal(new TextEncoder().encode(label), id);
  packed = rows.find(it => it.key === id) || { at: Date.now() };
  packed = { key: id, owner: owner, at: packed.at, label: label };
  await change((items, bodies) => { items.put(packed); bodies.put(body, id); });
  if (!fresh || !main.isConnected) return;
  main.innerHTML = fresh; /* an empty form, for another entry */
  htmx.process(main);
  main.querySelector("form[data-outbox] [name=client_key]").value = hex(random(16));
}
function failed(e) {
  var asked = e.detail.requestConfig, form = asked.elt, busy = e.type === "htmx:responseError",
      flash = doc.getElementById("flash");
  if (!key || !form.matches("form[data-outbox]") || busy && e.detail.xhr.status < 500) return;
  e.stopPropagation();
  keep(form, asked).then(async () => {
    if (flash.matches(".stick")) flash.textContent = ""; /* a question on the way failed too: all of it waits now */
    await show();
    box().firstElementChild.focus();
    scrollTo(0, 0);
    later();
  }).catch(why => form.dispatchEvent(new CustomEvent("outbox:no", {
    bubbles: true, detail: typeof why === "string" ? why : busy ? "busy" : "offline"
  })));
}

async function opened(it) {
  var body = await read("bodies", it.key);
  return new Response(await unseal(body, it.key), { headers: { "Content-Type": body.type } }).formData();
}
/* the status of the answer; 200 is a receipt, 0 no answer at all */
async function post(it) {
  var data = await opened(it), to = data.get("outbox-to"), stop = new AbortController(),
      limit = setTimeout(() => stop.abort(), 6e4), answer;
  data.delete("outbox-to");
  data.set("csrf_token", box().dataset.token);
  try {
    answer = await fetch(to, { method: "POST", body: data, headers: { "HX-Request": "true" }, signal: stop.signal });
  } catch (e) { return 0; } finally { clearTimeout(limit); }
  if (answer.headers.get("Receipt") === it.key) {
    it.done = true;
    sent.push(it);
    await drop(it.key);
    return 200;
  }
  if (refused.includes(answer.status)) { it.no = answer.status; await put(it); }
  return answer.ok ? 500 : answer.status;
}
async function sendAll(force) {
  var faults = 0, it, status;
  for (it of await mine()) {
    if (it.gone || it.no && !force) continue;
    status = await post(it);
    signedOut = status === 401;
    if (!status || signedOut || status > 499 && ++faults > 2) break;
  }
  await show();
  if (!signedOut && status !== 0) tell((await mine()).filter(it => !it.gone).length);
  later();
}
/* one tab at a time; where there are no locks a receipt still stands for one record */
async function send(force) {
  await ready;
  if (!box() || !key) return;
  if (navigator.locks) await navigator.locks.request("outbox", { ifAvailable: true }, it => it && sendAll(force));
  else await sendAll(force);
}
async function later() {
  clearTimeout(timer);
  if (box() && !signedOut && (await mine()).some(it => !it.gone && !it.no)) timer = setTimeout(send, 6e4);
}
/* the union learns how many entries this phone still holds, never which */
function tell(n) {
  var kept = localStorage, told = "told-" + owner.slice(0, 16), data = new FormData();
  if ((+kept[told] || 0) === n) return;
  kept.phone = kept.phone || hex(random(16));
  data.set("csrf_token", box().dataset.token);
  data.set("client_key", hex(random(16)));
  data.set("phone", kept.phone);
  data.set("entries", n);
  fetch(box().dataset.tell, { method: "POST", body: data }).then(it => { if (it.ok) kept[told] = n; }).catch(() => {});
}

/* a refused entry is opened as the form it was, with what is wrong about it */
async function mend(it) {
  if (await post(it) !== it.no) return show();
  var data = await opened(it), form = doc.createElement("form");
  form.method = "post";
  form.enctype = "multipart/form-data";
  form.action = data.get("outbox-to");
  data.set("csrf_token", box().dataset.token);
  data.forEach((text, name) => {
    var input = doc.createElement("input"), bag;
    if (name === "outbox-to" || text.size === 0) return;
    input.type = text.size ? "file" : "hidden";
    input.name = name;
    if (text.size) { bag = new DataTransfer(); bag.items.add(text); input.files = bag.files; } else input.value = text;
    input.hidden = true;
    form.append(input);
  });
  doc.body.append(form);
  form.submit();
}
async function line(it) {
  var row = box().querySelector("template").content.firstElementChild.cloneNode(true), tag = row.querySelector(".tag"),
      state = it.done ? "done" : it.gone ? "gone" : it.no ? "no" : Date.now() - it.at > 48 * HOUR ? "soon" : "waits",
      when = { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Shanghai" },
      name;
  name = it.label ? new TextDecoder().decode(await unseal(it.label, it.key)) : words("lost");
  row.querySelector("b").textContent = name;
  row.querySelector(".sub span").textContent = words("at", new Date(it.at).toLocaleString(box().lang, when));
  tag.textContent = words(state);
  tag.classList.add(it.done ? "tag-ok" : it.gone || it.no ? "tag-bad" : "tag-warn");
  row.querySelectorAll("button").forEach(button => {
    button.hidden = it.done || !(button.dataset.do === "mend" ? it.no : it.no || it.gone);
    button.setAttribute("aria-label", button.textContent + " " + name);
    button.onclick = async () => {
      if (button.dataset.do === "mend") return mend(it);
      if (!it.gone && !confirm(words("sure"))) return;
      await drop(it.key);
      send();
    };
  });
  return row;
}
async function show() {
  if (!key) return;
  var at = box(), rows = await mine(), everybody = (await read("items")).length, n, bar, text, state, out, note;
  if (!at) return;
  n = rows.filter(it => !it.gone).length;
  rows = rows.concat(sent);
  bar = at.firstElementChild;
  text = n ? words(signedOut ? "out" : navigator.onLine ? "on" : "off", n) : sent.length ? words("sent", sent.length) : words("lost");
  bar.classList.toggle("flash-warn", n > 0 || !sent.length);
  bar.querySelector("button").hidden = !n;
  if (rows.length && bar.querySelector("span").textContent !== text) {
    bar.querySelector("span").textContent = text;
    setTimeout(() => doc.getElementById("live").textContent = text, 150);
  }
  /* rows stay where they are while nothing happened to them: somebody may be tapping there */
  state = JSON.stringify(rows.map(it => [it.key, it.at, it.no, it.gone, it.done]));
  if (state !== at.shown) at.querySelector("ul").replaceChildren(...await Promise.all(rows.map(line)));
  at.shown = state;
  if (rows.some(it => it.no || it.gone)) at.querySelector("details").open = true;
  at.hidden = !rows.length;
  /* who leaves hears of it first, and what waits on this phone outlives the leaving */
  if (!(out = doc.querySelector("form[data-leave]"))) return;
  out.elements.kept.value = everybody ? "1" : "";
  note = doc.getElementById("leave");
  note.hidden = !n;
  note.textContent = out.dataset.leave.replace("{n}", n);
}

leaving.forEach(it => {
  it.elements.kept.value = "1"; /* until it is known that nothing waits */
  it.addEventListener("submit", () => sessionStorage.clear());
});
["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach(it => doc.addEventListener(it, failed, true));
doc.addEventListener("htmx:beforeOnLoad", e => {
  var id = e.detail.xhr.getResponseHeader("Receipt");
  if (id && base) drop(id);
});
addEventListener("online", () => send());
addEventListener("offline", () => ready.then(show));
doc.addEventListener("visibilitychange", () => doc.hidden || send());
var ready = begin();
ready.then(() => send(), () => { key = null; });
})();
