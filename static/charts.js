// Draws every [data-chart] from the JSON beside it. The table near it has the same numbers, so a chart is never alone.
(() => {
  "use strict";
  const css = getComputedStyle(document.documentElement);
  const colour = (name) => css.getPropertyValue(name).trim();
  const PALETTE = [colour("--field"), "#b9872f", "#4d7796"];
  const family = getComputedStyle(document.body).fontFamily;

  const options = (chart) => {
    const label = { color: colour("--mute"), fontFamily: family };
    return {
      animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      color: PALETTE,
      textStyle: { fontFamily: family, color: colour("--ink") },
      grid: { left: 8, right: 8, top: 56, bottom: 8, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 18, itemHeight: 10, textStyle: label, data: chart.series.map((each) => each.name) },
      // Drawn on the canvas: no markup is made, so the page's content policy has nothing to forbid.
      tooltip: {
        trigger: "axis", renderMode: "richText", confine: true,
        backgroundColor: colour("--paper"), borderColor: colour("--line-strong"), textStyle: { color: colour("--ink"), fontFamily: family },
        valueFormatter: (value) => (value === null || value === undefined ? "—" : value.toLocaleString("en-US", { maximumFractionDigits: 2 })),
      },
      xAxis: {
        type: "category", data: chart.categories, axisLabel: label, axisTick: { show: false },
        axisLine: { lineStyle: { color: colour("--line-strong") } },
      },
      yAxis: chart.axes.map((name, place) => ({
        type: "value", name, nameTextStyle: { ...label, align: place ? "right" : "left" }, axisLabel: label,
        minInterval: place ? 1 : 0,
        splitLine: { show: place === 0, lineStyle: { color: colour("--line") } },
        scale: chart.series.every((each) => each.type === "line"),
      })),
      series: chart.series.map((each, place) => ({
        name: each.name, type: each.type, yAxisIndex: each.axis, data: each.data, barMaxWidth: 28,
        symbol: ["circle", "rect", "triangle"][place % 3], symbolSize: 8, lineStyle: { width: 2, type: ["solid", "dashed", "dotted"][place % 3] },
        connectNulls: true, z: each.type === "line" ? 3 : 2,
      })),
    };
  };

  for (const place of document.querySelectorAll("[data-chart]")) {
    const chart = window.echarts.init(place, null, { renderer: "canvas" });
    chart.setOption(options(JSON.parse(document.getElementById(place.dataset.chart).textContent)));
    new ResizeObserver(() => chart.resize()).observe(place);
  }
})();
