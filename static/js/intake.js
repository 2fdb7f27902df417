// Registration by keyboard or card reader, and the triage form: suggestions that fill fields, parts that come and go.
(() => {
  "use strict";

  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  // --- Registration: Enter goes on, as card readers and quick hands expect --------------------------------------------

  const visitor = $("form[data-looks-up]");

  function fields() {
    return $$("input:not([type=hidden]), select, [data-representatives]", visitor).filter((field) => field.getClientRects().length);
  }

  function goOn(field) {
    const all = fields();
    const next = all[all.indexOf(field) + 1];
    if (!next) return visitor.requestSubmit();
    next.focus();
    if (next.matches("input")) next.select(); // what is typed replaces the 1 of the head-count
  }

  let lookedUp = "";

  // By the paper; without one by name and telephone together. Another question forgets who was chosen.
  async function lookUp() {
    const typed = (name) => $(`[name=${name}]`, visitor).value.trim();
    const names = typed("id_number") ? ["id_type", "id_number"] : ["id_type", "name", "phone"];
    const values = Object.fromEntries(names.map((name) => [name, typed(name)]));
    const asked = JSON.stringify(values);
    if (asked === lookedUp || Object.values(values).includes("")) return;
    lookedUp = asked;
    $("#id_known").value = "";
    await htmx.ajax("POST", visitor.dataset.looksUp, { target: "#known", swap: "outerHTML", values });
  }

  async function afterPaper(field) {
    await lookUp();
    if (document.activeElement !== field) return;
    if ($("#known .invalid-feedback")) field.select();
    else $(`[name=${$("#known[data-name-known]") ? "phone" : "name"}]`, visitor).focus();
  }

  if (visitor) {
    visitor.addEventListener("keydown", (event) => {
      const field = event.target;
      if (event.key !== "Enter" || event.isComposing || !field.matches("input, select, [data-representatives]")) return;
      if (field.matches("[data-representatives]") && !/(^|\n)$/.test(field.value)) return; // one line more
      event.preventDefault();
      if (field.name === "id_number" && field.value) afterPaper(field);
      else goOn(field);
    });
    // Who speaks for a group is asked of groups only.
    const heads = $("[name=head_count]", visitor);
    const group = $(".of-group", visitor);
    const showGroup = () => group && (group.hidden = Number(heads.value) < 2);
    heads.addEventListener("input", showGroup);
    showGroup();
    for (const field of $$("[data-look-up]", visitor)) field.addEventListener("change", lookUp);
    lookUp();
  }

  // --- The kiosk: one person more or less by a thumb --------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const count = $(`[name=${button.closest("[data-steps]").dataset.steps}]`);
    count.value = Math.min(Math.max(Number(count.value) + Number(button.dataset.step), Number(count.min)), Number(count.max));
  });

  // --- Triage: a suggestion is taken by a press, and stays the decision of whoever presses ------------------------------

  function fill(name, value) {
    const field = document.getElementById(name) || $(`[name="${name}"][value="${value}"]`);
    if (!field) return;
    if (field.type === "radio") field.checked = true;
    else field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-fills]");
    if (!button) return;
    fill(button.dataset.fills, button.dataset.value);
    for (const other of $$(`[data-fills="${button.dataset.fills}"]`)) other.setAttribute("aria-pressed", String(other === button));
  });

  // What few may know of is noted elsewhere on the page; what was typed stays where it is.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    const part = opener && $(opener.dataset.opens);
    if (!part) return;
    part.open = true;
    $("select, input:not([type=hidden])", part).focus();
  });

  // What is settled on the spot is asked only where the window keeps the matter.
  function showParts() {
    const desk = $("#desk");
    const part = $("#on-the-spot");
    if (desk && part) part.hidden = desk.dataset.route !== "intake";
  }

  const outlet = $(".triage #id_outlet");
  if (outlet) {
    showParts();
    document.addEventListener("htmx:load", showParts);
    // A form that came back, or that the browser restored: htmx listens only once it has read the page.
    const story = $("#id_story");
    const restore = () => story.value && htmx.trigger(story, "restored");
    document.addEventListener("htmx:load", restore, { once: true });
  }
})();
