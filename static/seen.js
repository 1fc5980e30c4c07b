// Loads the scripts of a chart or a map when it comes into sight: they weigh more than the rest of the page together.
// <script src="seen.js" defer data-for="[data-chart]" data-scripts="echarts.min.js charts.js">
(() => {
  "use strict";
  const { for: wanted, scripts } = document.currentScript.dataset;
  const places = document.querySelectorAll(wanted);
  let loaded = false;
  const load = () => {
    if (loaded) return;
    loaded = true;
    for (const address of scripts.split(" ")) {
      const script = document.createElement("script");
      script.src = address;
      script.async = false; // in their order
      document.head.append(script);
    }
  };
  if (!("IntersectionObserver" in window)) {
    load();
    return;
  }
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((each) => each.isIntersecting)) return;
    observer.disconnect();
    load();
  }, { rootMargin: "200px 0px" });
  for (const place of places) observer.observe(place);
  window.addEventListener("beforeprint", load);
})();
