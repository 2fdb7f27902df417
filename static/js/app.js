// What every page needs in the browser: keys, menus, dialogs, forms sent once, calm messages, large type.
// No inline handlers: elements say what they do with data attributes, and one listener a kind does it.
(() => {
  "use strict";

  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  // --- What somebody is doing stays when the page asks again on its own ---------------------------------------------

  let onItsOwn = false; // the swap that comes next

  const chosen = new WeakSet(); // selects in which somebody chose
  document.addEventListener("change", (event) => chosen.add(event.target));

  const UNSENT = {
    open: (element) => element.matches("details"),
    class: (element) => element.matches(".filters"),
    "aria-expanded": (element) => element.matches(".filter-toggle"),
    checked: (element) => element.checked !== element.defaultChecked,
    selected: (element) => chosen.has(element.closest("select")),
    value: (element) => "defaultValue" in element && element.value !== element.defaultValue,
  };

  const isTyped = (name, element) => name === "value" && element === document.activeElement;

  if (window.Idiomorph)
    Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, element) =>
      !(isTyped(name, element) || (onItsOwn && UNSENT[name]?.(element)));

  // --- Large type: a cookie that the server reads, so that pages arrive in the right size ---------------------------

  function switchType(button) {
    const large = document.documentElement.classList.toggle("large");
    button.setAttribute("aria-pressed", String(large));
    document.cookie = `type=${large ? "large" : "normal"}; path=/; max-age=31536000; samesite=lax`;
  }

  // --- Menus, the navigation of phones, dialogs ---------------------------------------------------------------------

  function closeMenus(except) {
    for (const menu of $$("details.menu[open]")) if (menu !== except) menu.open = false;
  }

  function toggleNav(open) {
    const button = $(".nav-toggle");
    if (!button) return;
    const shown = document.body.classList.toggle("nav-open", open);
    button.setAttribute("aria-expanded", String(shown));
    if (shown) $("#nav a")?.focus();
  }

  function toggleFilters(button) {
    const open = button.closest(".filters").classList.toggle("filters-open");
    button.setAttribute("aria-expanded", String(open));
  }

  function openDialog(id) {
    const dialog = document.getElementById(id);
    if (!dialog || dialog.open) return;
    if (id === "keys") listKeys(dialog);
    dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    const target = event.target;
    closeMenus(target.closest("details.menu"));
    const button = target.closest("[data-type-switch], .nav-toggle, .filter-toggle, [data-opens], [data-prints], [data-goes-back]");
    if (!button) {
      if (!target.closest("#nav")) toggleNav(false);
      return;
    }
    if (button.matches("[data-type-switch]")) switchType(button);
    else if (button.matches(".nav-toggle")) toggleNav();
    else if (button.matches(".filter-toggle")) toggleFilters(button);
    else if (button.matches("[data-prints]")) window.print();
    else if (button.matches("[data-goes-back]")) history.back();
    else openDialog(button.dataset.opens);
  });

  // --- Keys ---------------------------------------------------------------------------------------------------------

  const shown = (element) => element.getClientRects().length > 0 && !element.disabled;
  const typing = (element) => element && element.matches("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");

  function labelOf(element) {
    return element.dataset.keyLabel || element.getAttribute("aria-label") || element.textContent.trim().replace(/\s+/g, " ");
  }

  function listKeys(dialog) {
    const list = $(".keys", dialog);
    for (const old of $$("[data-of-page]", list)) old.remove();
    for (const element of $$("[data-key]").filter(shown).reverse()) {
      const row = document.createElement("div");
      const key = document.createElement("kbd");
      const [name, label] = [document.createElement("dt"), document.createElement("dd")];
      row.dataset.ofPage = "";
      key.textContent = element.dataset.key;
      name.append(key);
      label.textContent = labelOf(element);
      row.append(name, label);
      list.prepend(row);
    }
  }

  function press(key) {
    const element = $$("[data-key]").find((one) => one.dataset.key.toLowerCase() === key && shown(one));
    if (!element) return false;
    if (typing(element)) element.focus();
    else element.click();
    return true;
  }

  function stepRow(step) {
    const links = $$("#rows tbody tr").map((row) => $("a", row)).filter(Boolean);
    if (!links.length) return false;
    const here = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
    links[Math.min(Math.max(here + step, 0), links.length - 1)].focus();
    return true;
  }

  function focusSearch() {
    const field = $("#q") || $("#global-search");
    if (field) field.select();
    return Boolean(field);
  }

  const OWN_KEYS = {
    "/": focusSearch,
    "?": () => (openDialog("keys"), true),
    j: () => stepRow(1),
    k: () => stepRow(-1),
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") {
      const menu = $("details.menu[open]");
      closeMenus();
      if (menu) $("summary", menu).focus();
      if (document.body.classList.contains("nav-open")) {
        toggleNav(false);
        $(".nav-toggle").focus();
      }
      return;
    }
    if ($("dialog[open]") || (typing(event.target) && !event.altKey)) return;
    const key = event.key.toLowerCase();
    const own = !event.altKey && OWN_KEYS[key];
    if (press(key) || (own && own())) event.preventDefault();
  });

  function announceKeys(root) {
    for (const element of $$("[data-key]", root)) element.setAttribute("aria-keyshortcuts", element.dataset.key);
  }

  // --- Forms: sent once, errors in focus ----------------------------------------------------------------------------

  const SENT_AGAIN_AFTER = 10000;
  const DOWNLOADED_AFTER = 2000; // the page stays when a form starts a download

  function release(form) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    for (const button of $$("button[aria-disabled]", form)) button.removeAttribute("aria-disabled");
  }

  function hold(form) {
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
    // After this event, or the pressed button would not be sent along.
    setTimeout(() => {
      for (const button of $$("button:not([type=button])", form)) if (form.dataset.sent) button.setAttribute("aria-disabled", "true");
    });
  }

  const isPost = (form) => form.method === "post" && !(form.hasAttribute("hx-post") || form.hasAttribute("hx-put"));

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !isPost(form)) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    hold(form);
    setTimeout(() => release(form), "download" in form.dataset ? DOWNLOADED_AFTER : SENT_AGAIN_AFTER);
  });
  window.addEventListener("pageshow", () => $$("form[data-sent]").forEach(release));

  function focusErrors(root) {
    const error = root.matches && root.matches("[data-focus]") ? root : $("[data-focus]", root);
    if (error) error.focus();
  }

  // --- htmx ---------------------------------------------------------------------------------------------------------

  // What the page asks on its own, live or by the clock, is no sign that somebody sits there.
  document.addEventListener("htmx:configRequest", (event) => {
    const { headers, parameters, triggeringEvent, verb } = event.detail;
    if (!triggeringEvent || triggeringEvent.type === "live") headers["X-Background"] = "1";
    if (verb === "get") for (const name of Object.keys(parameters)) if (parameters[name] === "") delete parameters[name];
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.detail.elt;
    if (form.tagName !== "FORM" || event.detail.requestConfig.verb === "get") return;
    if (form.dataset.sent) event.preventDefault();
    else hold(form);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.tagName === "FORM") release(event.detail.elt);
  });

  document.addEventListener("htmx:load", (event) => {
    announceKeys(event.target);
    focusErrors(event.target);
  });

  const isBackground = (event) => event.detail.requestConfig && event.detail.requestConfig.headers["X-Background"];
  const WHY = { 403: "forbidden", 404: "missing" };

  // The page itself is not there any more, or not for this reader: nothing of it stays on the screen.
  const isGone = (event) => event.detail.xhr.status === 404 && event.detail.requestConfig.path === location.pathname;

  let focused = ""; // the address of the link in focus: rows and buttons may come and go around it

  document.addEventListener("htmx:beforeSwap", (event) => {
    onItsOwn = Boolean(isBackground(event));
    const inside = onItsOwn && event.detail.target.contains(document.activeElement);
    focused = (inside && document.activeElement.getAttribute("href")) || "";
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!focused || document.activeElement.getAttribute("href") === focused) return;
    document.activeElement.blur();
    $$("a[href]", event.detail.target).find((link) => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
  });

  document.addEventListener("htmx:responseError", (event) => {
    if (!isBackground(event)) toast(WHY[event.detail.xhr.status] || "failed");
    else if (isGone(event)) location.reload();
  });
  for (const name of ["htmx:sendError", "htmx:timeout"])
    document.addEventListener(name, (event) => {
      if (!isBackground(event)) toast("offline");
    });

  function toast(kind) {
    const tray = $("#toasts");
    const text = tray && tray.dataset[kind];
    if (!text || $$(".notice", tray).some((old) => old.dataset.kind === kind)) return;
    const notice = document.createElement("div");
    const words = document.createElement("div");
    const close = document.createElement("button");
    notice.className = "notice notice-warning";
    notice.dataset.kind = kind;
    words.textContent = text;
    close.type = "button";
    close.className = "btn";
    close.textContent = tray.dataset.close;
    close.addEventListener("click", () => notice.remove());
    notice.append(words, close);
    tray.append(notice);
    setTimeout(() => notice.remove(), 15000);
  }

  // --- Begin --------------------------------------------------------------------------------------------------------

  announceKeys(document);
  focusErrors(document);
})();
