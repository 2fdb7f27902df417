// Papers and tickets: print, and print at once where the address asks for it.
(() => {
  "use strict";

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-prints], [data-goes-back]");
    if (!button) return;
    if (button.matches("[data-prints]")) window.print();
    else history.back();
  });
  // A kiosk is ready for the next visitor by itself.
  const next = document.querySelector("[data-goes-on]");
  if (next) setTimeout(() => next.click(), 15000);
  if (document.body.hasAttribute("data-print")) document.fonts.ready.then(() => window.print());
})();
