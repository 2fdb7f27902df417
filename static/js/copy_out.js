// The sheet that is copied into another system: a press copies one field and says so.
(() => {
  "use strict";

  async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea"); // without TLS browsers offer no clipboard
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copies]");
    if (!button) return;
    await copy(button.dataset.copies);
    button.firstChild.textContent = button.dataset.copied;
    button.setAttribute("aria-live", "polite");
    button.focus();
  });
})();
