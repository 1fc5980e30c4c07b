// The county map: polygons from this site, coloured by one measure, looked at by pointer, by arrow keys or through the
// table beside it. It does not pan or zoom, so it never takes the page's scrolling.
(() => {
  "use strict";
  const place = document.querySelector("[data-map]");
  if (!place || !window.ol) return;
  const data = JSON.parse(document.getElementById(place.dataset.map).textContent);
  const said = document.querySelector("[data-map-said]");
  const legend = document.querySelector("[data-map-legend]");
  const measure = document.querySelector("[data-map-measure]");
  const css = getComputedStyle(document.documentElement);
  const colour = (name) => css.getPropertyValue(name).trim();
  const { colon } = place.dataset;
  const STEPS = ["#d3e5da", "#a3c8b2", "#6fa688", "#3f7d5d", "#1b5a3a"];
  const written = (value, places) => value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places });

  let name = Object.keys(data.measures)[0];
  let bounds = [];
  let chosen = null;
  const value = (code) => (data.counties[code] ? data.counties[code][name] : null);

  // As many classes as there are different values, at most five, each with about as many counties.
  const classify = () => {
    const values = Object.keys(data.counties).map(value).filter((each) => each !== null).sort((a, b) => a - b);
    const distinct = [...new Set(values)];
    const count = Math.min(STEPS.length, distinct.length);
    bounds = Array.from({ length: count }, (_, step) => distinct[Math.floor((step * distinct.length) / count)]);
  };
  const step = (amount) => bounds.findLastIndex((bound) => amount >= bound);
  const shade = (at) => STEPS[bounds.length > 1 ? Math.round((at * (STEPS.length - 1)) / (bounds.length - 1)) : STEPS.length - 1];

  const source = new ol.source.Vector();
  const style = (feature) => {
    const amount = value(feature.getId());
    const own = feature.getId() === chosen;
    return new ol.style.Style({
      fill: new ol.style.Fill({ color: amount === null ? colour("--paper") : shade(step(amount)) }),
      stroke: new ol.style.Stroke({ color: own ? colour("--focus") : "#9aa89f", width: own ? 3 : 0.6 }),
      zIndex: own ? 1 : 0,
    });
  };
  const layer = new ol.layer.Vector({ source, style });
  const map = new ol.Map({ target: place, layers: [layer], controls: [], interactions: [], view: new ol.View() });
  const fit = () => {
    map.updateSize();
    if (source.getFeatures().length) map.getView().fit(source.getExtent(), { padding: [12, 12, 12, 12] });
  };

  const tell = (code) => {
    const feature = source.getFeatureById(code);
    if (!feature) return;
    const amount = value(code);
    const { label, places, none } = data.measures[name];
    said.textContent = `${feature.get("name")}${colon}${amount === null ? none : `${label} ${written(amount, places)}`}`;
  };
  const choose = (code) => {
    chosen = code;
    for (const row of document.querySelectorAll("[data-county]")) {
      if (row.dataset.county === code) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
    layer.changed();
    if (code) tell(code);
  };
  const swatch = (fill) => {
    const canvas = document.createElement("canvas");
    canvas.width = 18;
    canvas.height = 12;
    const pen = canvas.getContext("2d");
    pen.fillStyle = fill;
    pen.fillRect(0, 0, 18, 12);
    return canvas;
  };
  const explain = () => {
    const { places, none } = data.measures[name];
    const entries = bounds.map((bound, at) => [shade(at), `≥ ${written(bound, places)}`]);
    entries.push([colour("--paper"), none]);
    legend.replaceChildren(...entries.map(([fill, text]) => {
      const entry = document.createElement("li");
      entry.append(swatch(fill), text);
      return entry;
    }));
  };
  const recolour = () => {
    classify();
    explain();
    layer.changed();
    if (chosen) tell(chosen);
  };

  for (const [key, { label }] of Object.entries(data.measures)) measure.add(new Option(label, key));
  measure.addEventListener("change", () => { name = measure.value; recolour(); });
  for (const button of document.querySelectorAll("[data-county-name]")) {
    button.addEventListener("click", () => choose(button.closest("[data-county]").dataset.county));
  }
  const at = (event) => source.getFeaturesAtCoordinate(map.getEventCoordinate(event))[0]?.getId();
  place.addEventListener("pointermove", (event) => { const code = at(event); if (code && code !== chosen) choose(code); });
  place.addEventListener("click", (event) => choose(at(event) || null));
  place.addEventListener("keydown", (event) => {
    const move = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!move) return;
    event.preventDefault();
    const all = source.getFeatures().map((feature) => feature.getId()).sort();
    const sold = all.filter((code) => data.counties[code]);
    const codes = sold.length ? sold : all;
    const now = codes.indexOf(chosen);
    choose(codes[now < 0 ? (move > 0 ? 0 : codes.length - 1) : (now + move + codes.length) % codes.length]);
  });

  fetch(data.boundaries).then((answer) => answer.json()).then((collection) => {
    source.addFeatures(new ol.format.GeoJSON().readFeatures(collection, { featureProjection: "EPSG:3857" }));
    recolour();
    fit();
  });
  new ResizeObserver(fit).observe(place);
})();
