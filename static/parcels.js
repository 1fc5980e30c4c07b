/* The map of a project's parcels: polygons only, no tiles, nothing from another host. The table beside it says the same. */
(() => {
  "use strict";
  const place = document.getElementById("parcel-map");
  const stored = document.getElementById("parcel-data");
  const said = document.getElementById("parcel-name");
  if (!place || !stored || !window.ol) {
    return;
  }
  const { Map: OlMap, View, format, layer, source, style, control, interaction } = window.ol;
  const features = new format.GeoJSON().readFeatures(JSON.parse(stored.textContent), {
    dataProjection: "EPSG:4326",
    featureProjection: "EPSG:3857",
  });
  const own = getComputedStyle(document.documentElement);
  const green = own.getPropertyValue("--field").trim() || "#1f5c3a";
  const styleOf = (chosen) => (feature) => new style.Style({
    fill: new style.Fill({ color: chosen ? "rgba(217, 142, 4, 0.35)" : "rgba(31, 92, 58, 0.18)" }),
    stroke: new style.Stroke({ color: chosen ? "#8a5a00" : green, width: chosen ? 3 : 2 }),
    text: new style.Text({
      text: String(feature.get("name") || ""),
      font: "600 14px sans-serif",
      fill: new style.Fill({ color: "#14281d" }),
      stroke: new style.Stroke({ color: "#fff", width: 3 }),
      overflow: true,
    }),
  });
  const parcels = new source.Vector({ features });
  const map = new OlMap({
    target: place,
    layers: [
      new layer.Graticule({
        strokeStyle: new style.Stroke({ color: "rgba(60, 80, 70, 0.35)", width: 1, lineDash: [2, 4] }),
        showLabels: true,
        wrapX: false,
      }),
      new layer.Vector({ source: parcels, style: styleOf(false) }),
    ],
    view: new View({ center: [0, 0], zoom: 2, maxZoom: 22 }),
    controls: control.defaults.defaults({ attribution: false, rotate: false }).extend([new control.ScaleLine()]),
    interactions: interaction.defaults.defaults({ mouseWheelZoom: false, altShiftDragRotate: false, pinchRotate: false }),
  });
  const label = (control_, name) => place.querySelectorAll(control_).forEach((each) => {
    each.setAttribute("aria-label", name);
    each.setAttribute("title", name);
  });
  label(".ol-zoom-in", place.dataset.closer || "");
  label(".ol-zoom-out", place.dataset.wider || "");
  map.getView().fit(parcels.getExtent(), { padding: [40, 40, 40, 40], maxZoom: 19 });
  const select = new interaction.Select({ style: styleOf(true) });
  map.addInteraction(select);
  select.on("select", (event) => {
    const chosen = event.selected[0];
    if (chosen && said) {
      said.textContent = `${place.dataset.parcel || ""} ${chosen.get("name")}`;
    }
  });
  new ResizeObserver(() => map.updateSize()).observe(place);
})();
