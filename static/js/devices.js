// Card reader, document camera and signature pad: buttons at the fields that they can fill, where the computer has them.
// Everything can be typed or chosen by hand as well. docs/devices.md tells what the program on the computer answers.
(() => {
  "use strict";

  const PLACES = {
    card: "form input[name$=id_number]:not([type=hidden])",
    camera: "form input[type=file]",
    signature: "form input[type=file][data-signature]",
  };
  const ENDINGS = { "image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf" };
  const ANSWERS_WITHIN = 60_000; // milliseconds, for somebody who still looks for the card
  const kit = document.getElementById("devices");

  async function ask(path, method) {
    const signal = AbortSignal.timeout(ANSWERS_WITHIN);
    const answer = await fetch(new URL(path, kit.dataset.bridge), { method, signal, credentials: "omit", cache: "no-store" });
    if (!answer.ok) throw new Refused((await answer.json()).error);
    return answer;
  }

  class Refused extends Error {}

  function put(field, value) {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async function readCard(field) {
    const card = await (await ask("/card", "POST")).json();
    const prefix = field.name.slice(0, -"id_number".length);
    for (const [name, value] of Object.entries(card)) {
      const other = field.form.elements[prefix + name];
      if (other && other !== field) put(other, value);
    }
    put(field, card.id_number); // last: the look-up that follows knows the name already
  }

  function keep(field, blob, name) {
    const ending = ENDINGS[blob.type];
    if (!ending) throw new Refused("");
    const files = new DataTransfer();
    if (field.multiple) for (const file of field.files) files.items.add(file);
    const at = new Date().toLocaleTimeString("sv").replaceAll(":", "");
    files.items.add(new File([blob], `${name}-${at}.${ending}`, { type: blob.type }));
    field.files = files.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async function use(button, field) {
    const told = button.nextElementSibling;
    const { device, file } = button.dataset;
    button.disabled = true;
    told.textContent = kit.dataset.busy;
    try {
      if (device === "card") await readCard(field);
      else keep(field, await (await ask(`/${device}`, "POST")).blob(), file);
      told.textContent = kit.dataset.done;
      field.focus();
    } catch (error) {
      told.textContent = (error instanceof Refused && error.message) || kit.dataset.silent;
    }
    button.disabled = false;
  }

  function offer(devices, root) {
    for (const device of devices) {
      for (const field of root.querySelectorAll(PLACES[device] || "none")) {
        const group = kit.content.querySelector(`[data-device=${device}]`).closest("div").cloneNode(true);
        const button = group.querySelector("button");
        button.addEventListener("click", () => use(button, field));
        field.after(group);
      }
    }
  }

  async function begin() {
    if (!document.querySelector(Object.values(PLACES).join())) return;
    try {
      const { devices } = await (await ask("/devices", "GET")).json();
      offer(devices, document);
      document.addEventListener("htmx:load", (event) => event.target !== document.body && offer(devices, event.target));
    } catch {
      // No program on this computer: people type, and choose files.
    }
  }

  begin();
})();
