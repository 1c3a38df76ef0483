gm.clause = 0;
gm.wall = "#7f3b08";
gm.gates = {all: "#fff", residents: "#fdb863", closed: "#000", unknown: "#999"};

// A facility's sign, told by shape as well as by colour; canvas only.
gm.Sign = L.CircleMarker.extend({
  _updatePath() {
    const renderer = this._renderer;
    if (!renderer._drawing || this._empty()) return;
    const context = renderer._ctx;
    context.beginPath();
    gm.shape[this.options.shape](this._point.x, this._point.y, this._radius)
      .forEach(([x, y], n) => n ? context.lineTo(x, y) : context.moveTo(x, y));
    context.closePath();
    renderer._fillStroke(context, this);
  },
});

gm.style = (key, feature) => {
  const data = gm.data;
  if (key === "streets") return {color: data.street, weight: 1.2, opacity: 1, fill: false};
  if (key === "walls") return feature.properties.access === "wall" ? {color: gm.wall, weight: 2, opacity: .85, fill: false}
    : {color: gm.wall, weight: 1.5, radius: 4.5, fillColor: gm.gates[feature.properties.access], fillOpacity: 1};
  if (key === "outline") return {color: "#111", weight: 2.5, dashArray: gm.data.dashes, fill: false};
  if (key === "isochrones")
    return {color: "#54278f", weight: 0.6, fillColor: data.bands[feature.properties.band].fill, fillOpacity: 1};
  if (key === "homes") {
    const known = data.homes.classes[gm.clause][feature.properties.n];
    // Far out, many homes share a dot: smaller ones leave the streets and their neighbours to be seen.
    const radius = Math.min(5.5, Math.max(2, gm.map.getZoom() - 12.5));
    return {color: "#444", weight: radius / 6, radius, fillColor: data.home_colours[known], fillOpacity: 1};
  }
  const fill = data.signs[key].fill;
  return data.places[key].hollow.includes(feature.properties.n) ? {color: fill, weight: 1.6, fillColor: "#fff", fillOpacity: 1}
    : {color: "#fff", weight: 1.2, fillColor: fill, fillOpacity: 1};
};

gm.point = (key, feature, at) => key === "homes" || key === "walls" ? L.circleMarker(at)
  : new gm.Sign(at, {radius: 6, shape: gm.data.signs[key].shape});

gm.points = (lon, lat) => ({type: "FeatureCollection", features: lon.map((x, n) => (
  {type: "Feature", properties: {n}, geometry: {type: "Point", coordinates: [x, lat[n]]}}))});

gm.lines = texts => {
  const box = gm.node("div");
  texts.filter(Boolean).forEach(text => box.append(gm.node("div", "", text)));
  return box;
};

gm.homeText = n => {
  const {homes, clauses, words} = gm.data, clause = clauses[gm.clause];
  const walk = homes.walks[gm.clause][n];
  return [`${words.home} ${homes.ids[n]}`, `${words.people} ${homes.people[n]}`, clause.name,
    walk === null ? "" : `${clause.measure} ${walk < 0 ? clause.beyond : walk + " " + clause.unit}`,
    words.answers[homes.answers[gm.clause][n]]];
};

// The way of a home: the streets walked, both legs, and beside them the straight line.
gm.drawRoute = n => {
  gm.way.clearLayers();
  const {routes, homes, clauses} = gm.data, words = routes.words, key = String(gm.clause);
  const walk = (routes.walks[key] || {})[n], home = [homes.lat[n], homes.lon[n]];
  const text = [...gm.homeText(n)];
  if (!walk) {
    if (routes.walks[key]) text.push(routes.homes < routes.all ? words.left_out : words.none);
    gm.way.addLayer(L.popup().setLatLng(home).setContent(gm.lines(text)));
    return;
  }
  const [first, metres, straight, legHome, legPlace, climb, wait, gates] = walk, line = [home];
  const follow = routes.next[key], seen = new Set();
  let at = first;
  while (at !== undefined && at >= 0 && !seen.has(at)) { seen.add(at); line.push([routes.lat[at], routes.lon[at]]); at = follow[at]; }
  const fill = (words, ...facts) => facts.reduce((text, fact) => text.replace("#", fact), words);
  text.push(fill(words.walked, metres), fill(words.straight, straight), fill(words.legs, legHome, legPlace));
  if (climb !== null) text.push(fill(words.climb, climb));
  if (wait !== null) text.push(fill(words.wait, wait));
  if (gates.length) text.push(fill(words.gates, gates.join(", ")));
  const bounds = L.latLngBounds(line);
  if (!gm.map.getBounds().contains(bounds)) gm.map.fitBounds(bounds.pad(.15), {maxZoom: gm.map.getZoom(), animate: false});
  const legs = {color: "#c51b7d", weight: 3, dashArray: "3 5", interactive: false};
  gm.way.addLayer(L.polyline(line.slice(1, -1), {color: "#fff", weight: 7, opacity: .9, interactive: false}))
    .addLayer(L.polyline(line.slice(1, -1), {color: "#c51b7d", weight: 4, interactive: false}))
    .addLayer(L.polyline(line.slice(0, 2), legs)).addLayer(L.polyline(line.slice(-2), legs))
    .addLayer(L.polyline([home, line[line.length - 1]], {color: "#333", weight: 1.5, dashArray: "8 6", interactive: false}))
    .addLayer(L.popup({autoPanPadding: [30, 30], offset: [0, -4]}).setLatLng(home).setContent(gm.lines(text)));
};

gm.wallRows = () => {
  if (!gm.data.walls) return [];
  const found = new Set(gm.data.walls.features.map(one => one.properties.access));
  return ["wall", ...Object.keys(gm.gates)].filter(access => found.has(access)).map(access => access === "wall"
    ? {shape: "line", line: gm.wall, text: gm.data.words.gates.wall}
    : {shape: "dot", fill: gm.gates[access], text: gm.data.words.gates[access]});
};

gm.legendRows = () => {
  const {clauses, words, home_colours: colours, bands, signs, places} = gm.data, clause = clauses[gm.clause];
  const rows = [{title: clause.heading},
    ...clause.classes.map((text, n) => ({shape: "dot", fill: colours[n], text})).filter(row => row.text)];
  if (clause.isochrones) rows.push({title: clause.isochrones}, ...bands);
  rows.push({title: words.places}, ...clause.categories.map(key => ({...signs[key], line: "#fff", text: signs[key].legend})),
    ...clause.categories.filter(key => places[key] && places[key].hollow.length).slice(0, 1)
      .map(key => ({shape: signs[key].shape, fill: "#fff", line: signs[key].fill, text: words.hollow})),
    ...gm.wallRows(), {shape: "line", line: "#111", text: words.outline}, {shape: "line", line: gm.data.street, text: words.streets});
  return rows;
};

gm.start = (map, layers) => {
  const {data} = gm, auto = new Set();
  gm.map = map;
  // Bands cover each other inside their pane; what lies under it shines through the whole.
  map.getPane("isochrones").style.opacity = data.range_opacity;
  layers.streets.addData(data.streets);
  if (data.walls) layers.walls.addData(data.walls);
  layers.outline.addData(data.outline);
  layers.homes.addData(gm.points(data.homes.lon, data.homes.lat));
  layers.homes.bindTooltip(one => gm.lines([...gm.homeText(one.feature.properties.n),
    data.routes ? data.routes.words.click : ""]));
  gm.way = L.layerGroup().addTo(map);
  if (data.routes) layers.homes.on("click", one => gm.drawRoute(one.layer.feature.properties.n));
  for (const [key, places] of Object.entries(data.places)) {
    layers[key].addData(gm.points(places.lon, places.lat));
    layers[key].bindTooltip(one => gm.lines([data.signs[key].name, places.texts[one.feature.properties.n]]));
  }
  const select = gm.chooser(map, data.words.choose, data.clauses.map(clause => clause.name), n => show(n));
  select.value = data.first;
  gm.furnish(map);
  const legend = gm.legend(map);
  // The clause's own facilities come and go with it; what was ticked by hand stays.
  const show = n => {
    gm.clause = n;
    gm.way.clearLayers();
    const wanted = data.clauses[n].categories;
    auto.forEach(key => { if (!wanted.includes(key)) { layers[key].remove(); auto.delete(key); } });
    wanted.forEach(key => { if (!map.hasLayer(layers[key])) { layers[key].addTo(map); auto.add(key); } });
    layers.isochrones.clearLayers().addData(data.isochrones[n] || []);
    layers.homes.eachLayer(one => layers.homes.resetStyle(one));
    wanted.forEach(key => layers[key].bringToFront());
    legend(gm.legendRows());
  };
  document.querySelectorAll("[data-clause]").forEach(button => button.addEventListener("click", () => {
    select.value = button.dataset.clause;
    show(Number(select.value));
  }));
  show(data.first);
  map.on("zoomend", () => layers.homes.eachLayer(one => layers.homes.resetStyle(one)));
  gm.fit(map);
};
