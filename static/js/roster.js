"use strict";

/* Arrow keys walk the links of a grid: up and down stay in the column. */
document.addEventListener("keydown", (event) => {
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const step = steps[event.key];
  const cell = document.activeElement?.closest?.("[data-grid] td, [data-grid] th");
  if (!step || !cell || event.altKey || event.ctrlKey || event.metaKey) return;
  const rows = [...cell.closest("table").rows];
  const at = (row) => [...row.cells].flatMap((one) => Array(one.colSpan).fill(one));
  let [y, x] = [rows.indexOf(cell.parentElement), at(cell.parentElement).indexOf(cell)];
  for (;;) {
    y += step[0];
    x += step[1];
    const next = rows[y] && at(rows[y])[x];
    if (!next) return;
    const link = next.querySelector("a");
    if (link) {
      link.focus();
      event.preventDefault();
      return;
    }
  }
});
