// Whether the person of this page is still there. After the idle time an overlay covers the page and asks for the same
// person's password; the page behind it stays as it is, and what was typed is sent afterwards with a fresh token.
// Nothing typed is stored anywhere. Tabs of one browser share their signs of life.
(() => {
  "use strict";

  const dialog = document.getElementById("signed-out");
  if (!dialog) return;
  const $ = (selector, root = dialog) => root.querySelector(selector);
  const form = $("form");
  const idle = Number(dialog.dataset.idle) * 1000;
  const LOOK = 15000;
  const FRESH = 60000; // an answer of the server that old is not asked for again before a form is sent
  const channel = window.BroadcastChannel ? new BroadcastChannel("presence") : null;

  let signAt = Date.now(); // the last sign of a person, in any tab
  let heardAt = Date.now(); // when the server last said that they are logged in
  let toldAt = Date.now(); // ... and when it was last told of a sign

  const tell = (message) => channel && channel.postMessage(message);

  function sign() {
    const now = Date.now();
    if (now - signAt > 5000 && !dialog.open) tell("sign");
    signAt = now;
  }
  for (const kind of ["keydown", "pointerdown", "wheel", "input"])
    document.addEventListener(kind, (event) => event.isTrusted && !dialog.open && sign(), { capture: true, passive: true });

  // --- What the server says -------------------------------------------------------------------------------------------

  function renew(token) {
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
  }

  function cover(why) {
    if (why) $("[data-why]").textContent = why;
    if (dialog.open) return;
    dialog.showModal();
    $("#resume-password").focus();
  }

  function uncover() {
    signAt = heardAt = toldAt = Date.now();
    $("[data-why]").textContent = $("[data-error]").textContent = "";
    form.reset();
    if (dialog.open) dialog.close();
  }

  async function ask(active) {
    const headers = { "X-Person": dialog.dataset.person };
    if (!active) headers["X-Background"] = "1";
    const answer = await fetch(dialog.dataset.presence, { headers, cache: "no-store", credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    const said = await answer.json();
    renew(said.csrf);
    if (!said.here) {
      cover(said.why);
      return false;
    }
    heardAt = Date.now();
    if (active) toldAt = heardAt;
    signAt = Math.max(signAt, heardAt - (idle - said.left * 1000));
    if (dialog.open) uncover();
    return true;
  }

  function look() {
    const now = Date.now();
    const signed = signAt > toldAt && now - signAt < idle;
    if (dialog.open) return undefined;
    if (signed && now - toldAt > idle / 6) return ask(true);
    if (now - signAt >= idle || now - heardAt > FRESH) return ask(false);
    return undefined;
  }
  const quietly = (promise) => promise && promise.catch(() => {}); // no network: the next look tries again
  setInterval(() => quietly(look()), LOOK);
  document.addEventListener("visibilitychange", () => document.hidden || quietly(look()));
  if (channel)
    channel.addEventListener("message", ({ data }) => {
      if (data === "sign") signAt = Date.now();
      if (data === "resumed") quietly(ask(false));
    });

  // An answer that is the log-in page means that the session ended: nothing on the page is replaced.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const answered = event.detail.xhr.responseURL;
    if (!answered || new URL(answered).pathname !== $("a").getAttribute("href")) return;
    event.detail.shouldSwap = false;
    ask(false).catch(() => cover());
  });

  // --- Before a form is sent: would it arrive? --------------------------------------------------------------------------

  const writes = (one) => one.method === "post" || one.hasAttribute("hx-post");

  document.addEventListener(
    "submit",
    async (event) => {
      const sent = event.target;
      if (sent === form || dialog.contains(sent) || !writes(sent) || Date.now() - heardAt < FRESH) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const here = await ask(true).catch(() => true); // without an answer the form itself finds out
      heardAt = here ? Date.now() : heardAt;
      if (here) sent.requestSubmit(event.submitter);
    },
    true,
  );

  // --- The log-in in place --------------------------------------------------------------------------------------------

  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("keydown", (event) => event.key === "Escape" && event.preventDefault());

  async function resume() {
    const headers = JSON.parse(document.body.getAttribute("hx-headers"));
    const answer = await fetch(form.action, { method: "POST", headers, body: new FormData(form), credentials: "same-origin" });
    const said = answer.headers.get("Content-Type").startsWith("application/json") ? await answer.json() : {};
    if (answer.ok) {
      renew(said.csrf);
      uncover();
      tell("resumed");
      return;
    }
    $("[data-error]").textContent = said.error || form.dataset.locked;
    if (said.code) $("[data-code]").hidden = false;
    $(said.code ? "#resume-code" : "#resume-password").select();
    $(said.code ? "#resume-code" : "#resume-password").focus();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    resume().catch(() => ($("[data-error]").textContent = form.dataset.offline));
  });
})();
