gm.style = (key, feature) => {
  if (key === "streets") return {color: gm.data.street, weight: 1, opacity: 1, fill: false};
  if (key === "communities") return {color: "#111", weight: 2, dashArray: "8 4", fillOpacity: 0.04};
  const {fill} = gm.data.tables[key], off = gm.data.tables[key].off.includes(feature.properties.n);
  return off ? {color: "#b3151a", weight: 2, radius: 5, fillColor: "#fff", fillOpacity: 1}
    : {color: "#fff", weight: 0.8, radius: 4, fillColor: fill, fillOpacity: 1};
};

gm.point = (key, feature, at) => L.circleMarker(at);

gm.start = (map, layers) => {
  const {data} = gm;
  if (data.streets) layers.streets.addData(data.streets);
  if (data.communities) {
    layers.communities.addData(data.communities);
    layers.communities.bindTooltip(one => gm.node("span", "", one.feature.properties.name));
  }
  for (const [key, table] of Object.entries(data.tables)) {
    layers[key].addData({type: "FeatureCollection", features: table.lon.map((x, n) => (
      {type: "Feature", properties: {n}, geometry: {type: "Point", coordinates: [x, table.lat[n]]}}))});
    layers[key].bindTooltip(one => gm.node("span", "", `${table.name} ${table.ids[one.feature.properties.n]}`));
  }
  gm.furnish(map);
  gm.legend(map)([...Object.values(data.tables).map(table => ({shape: "dot", fill: table.fill, text: table.legend})),
    {shape: "dot", fill: "#fff", line: "#b3151a", text: data.words.off},
    {shape: "line", line: "#111", text: data.words.communities}, {shape: "line", line: data.street, text: data.words.streets}]);
  gm.fit(map);
};
