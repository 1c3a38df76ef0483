"use strict";
// What both kinds of page share. Text from data goes in by textContent only.
const gm = {
  data: JSON.parse(document.getElementById("greenmap-data").textContent),
  svg: L.svg({padding: 0.3}),
};

gm.node = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

gm.control = (map, position, node) => {
  const control = L.control({position});
  control.onAdd = () => {
    L.DomEvent.disableClickPropagation(node);
    L.DomEvent.disableScrollPropagation(node);
    return node;
  };
  return control.addTo(map);
};

gm.chooser = (map, label, choices, onChange) => {
  const box = gm.node("div", "gm-chooser");
  const title = box.appendChild(gm.node("label", "", label));
  const select = box.appendChild(gm.node("select"));
  select.id = "greenmap-choice";
  title.htmlFor = select.id;
  choices.forEach((text, n) => select.add(new Option(text, n)));
  select.addEventListener("change", () => onChange(Number(select.value)));
  map.getContainer().before(box);
  return select;
};

gm.shape = {
  square: (x, y, r) => [[x - r, y - r], [x + r, y - r], [x + r, y + r], [x - r, y + r]],
  diamond: (x, y, r) => [[x, y - 1.35 * r], [x + 1.35 * r, y], [x, y + 1.35 * r], [x - 1.35 * r, y]],
  triangle: (x, y, r) => [[x, y - 1.2 * r], [x + 1.25 * r, y + r], [x - 1.25 * r, y + r]],
  cross: (x, y, r) => {
    const a = r * 1.25, b = r * 0.45;
    return [[-b, -a], [b, -a], [b, -b], [a, -b], [a, b], [b, b], [b, a], [-b, a], [-b, b], [-a, b], [-a, -b], [-b, -b]]
      .map(([dx, dy]) => [x + dx, y + dy]);
  },
};

const svgNode = (tag, attributes) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
};

gm.swatch = ({shape, fill, line, opacity}) => {
  const svg = svgNode("svg", {width: 22, height: 14, "aria-hidden": "true"});
  const paint = {fill, stroke: line || "#555", "stroke-width": 1, "fill-opacity": opacity || 1};
  if (shape === "dot") svg.append(svgNode("circle", {cx: 11, cy: 7, r: 5, ...paint}));
  else if (shape === "line") svg.append(svgNode("path", {d: "M1 7H21", fill: "none", stroke: line, "stroke-width": 3}));
  else if (shape) svg.append(svgNode("polygon", {points: gm.shape[shape](11, 7, 4.5).join(" "), ...paint}));
  else svg.append(svgNode("rect", {x: 1, y: 1, width: 20, height: 12, ...paint}));
  return svg;
};

gm.legend = map => {
  const box = gm.node("details", "gm-box gm-legend");
  box.open = map.getSize().x > 600;
  box.append(gm.node("summary", "", gm.data.words.legend));
  const list = box.appendChild(gm.node("ul"));
  gm.control(map, "bottomright", box);
  return rows => list.replaceChildren(...rows.map(row => {
    const item = gm.node("li", row.title ? "title" : "");
    if (!row.title) item.append(gm.swatch(row));
    item.append(gm.node("span", "", row.title || row.text));
    return item;
  }));
};

// Metres on the ground in one CSS pixel, and the scale of a screen of 96 dots an inch.
gm.scale = map => {
  const box = gm.node("div", "gm-scale");
  box.title = gm.data.words.scale_note;
  L.control.scale({imperial: false, maxWidth: 120}).addTo(map);
  gm.control(map, "bottomleft", box);
  const show = () => {
    const metres = 40075016.686 * Math.cos(map.getCenter().lat * Math.PI / 180) / 2 ** (map.getZoom() + 8);
    const exact = metres * 96 / 0.0254, unit = 10 ** Math.max(0, Math.floor(Math.log10(exact)) - 1);
    box.textContent = gm.data.words.scale.replace("%", (Math.round(exact / unit) * unit).toLocaleString("en"));
  };
  map.on("zoomend moveend", show);
  show();
};

gm.north = map => {
  const box = gm.node("div", "gm-box gm-north");
  const svg = svgNode("svg", {width: 30, height: 40, role: "img", "aria-label": gm.data.words.north});
  svg.append(svgNode("polygon", {points: "15,2 24,38 15,30", fill: "#222", stroke: "#222"}),
    svgNode("polygon", {points: "15,2 6,38 15,30", fill: "#fff", stroke: "#222"}));
  box.append(gm.node("div", "", "N"), svg);
  gm.control(map, "topright", box);
};

gm.furnish = map => {
  map.attributionControl.setPrefix("Leaflet");
  map.attributionControl.addAttribution(gm.data.attribution);
  map.getContainer().setAttribute("role", "region");
  map.getContainer().setAttribute("aria-label", document.title);
  const toggle = document.querySelector(".leaflet-control-layers-toggle");
  toggle.dataset.name = toggle.title = gm.data.words.layers;
  toggle.setAttribute("role", "button");
  for (const [end, word] of [["in", "zoom_in"], ["out", "zoom_out"]]) {
    const button = document.querySelector(`.leaflet-control-zoom-${end}`);
    button.title = gm.data.words[word];
    button.setAttribute("aria-label", gm.data.words[word]);
  }
  gm.north(map);
  gm.scale(map);
};

// On a wide screen the legend has its own strip at the right; a small place is shown with what is around it.
gm.fit = map => {
  map.invalidateSize();
  const strip = map.getSize().x > 700 ? document.querySelector(".gm-legend").offsetWidth + 20 : 14;
  map.fitBounds(gm.data.bounds, {paddingTopLeft: [50, 14], paddingBottomRight: [strip, 30], maxZoom: 17});
};
