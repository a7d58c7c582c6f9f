// Draws the charts of a report. Everything it needs is in the page; it makes no request and no markup out of data.
"use strict";

(() => {
  // On a phone a row of a stacked table becomes a few lines: each cell gets the head of its column, once, here.
  for (const table of document.querySelectorAll("table.stacked")) {
    const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent);
    for (const cell of table.querySelectorAll("tbody td")) cell.dataset.label = heads[cell.cellIndex];
    table.classList.add("labelled");
  }

  const narrow = window.matchMedia("(max-width: 700px)");
  const charts = [...document.querySelectorAll("[data-chart]")];
  const drawn = new Map();

  const tip = document.createElement("div");
  tip.className = "tip";
  tip.setAttribute("role", "status");
  document.body.append(tip);

  /** Shows what a mark says, beside the pointer. */
  function showTip(_handler, event, _item, value) {
    tip.textContent = event ? (value ?? "") : "";
    if (!tip.textContent) return;
    const x = Math.min(event.clientX + 12, window.innerWidth - tip.offsetWidth - 8);
    tip.style.left = `${Math.max(8, x)}px`;
    tip.style.top = `${event.clientY + 16}px`;
  }

  async function draw(place) {
    const forms = JSON.parse(document.getElementById(`chart-${place.dataset.chart}`).textContent);
    const form = narrow.matches ? "phone" : "wide";
    drawn.get(place)?.finalize();
    const made = await multipolarCharts.embed(place, forms[form], {
      mode: "vega-lite",
      renderer: "svg",
      ast: true,
      expr: multipolarCharts.expressionInterpreter,
      actions: false,
      defaultStyle: false,
      tooltip: showTip,
    });
    drawn.set(place, made);
    place.dataset.drawn = form;
  }

  const drawAll = () => charts.reduce((before, place) => before.then(() => draw(place)), Promise.resolve());
  narrow.addEventListener("change", drawAll);
  window.addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
  });
  drawAll();
})();
