gm.choice = 0;

gm.style = (key, feature) => {
  if (key === "streets") return {color: gm.data.street, weight: 0.8, opacity: 0.55, fill: false};
  const paint = gm.data.paints[feature.properties.n[gm.choice]];
  return {color: "#333", weight: 1.2, fillColor: paint, fillOpacity: gm.data.opacity, dashArray: gm.data.dashes};
};

gm.point = (key, feature, at) => L.circleMarker(at);

// A name is shown where its community is wide enough on the screen to carry it.
gm.names = (map, layer) => {
  const fit = () => layer.eachLayer(one => {
    const box = one.getBounds();
    const width = map.latLngToLayerPoint(box.getNorthEast()).x - map.latLngToLayerPoint(box.getSouthWest()).x;
    const letters = [...one.feature.properties.name].reduce((sum, c) => sum + (c > "\u2e7f" ? 13 : 7), 0);
    one.getTooltip().setOpacity(width > letters ? 1 : 0);
  });
  map.on("zoomend", fit);
  fit();
};

gm.start = (map, layers) => {
  layers.streets.addData(gm.data.streets);
  layers.communities.addData(gm.data.communities);
  layers.communities.eachLayer(one => {
    one.bindPopup(one.feature.properties.popup, {maxWidth: 340, minWidth: 240});
    one.bindTooltip(gm.node("span", "", one.feature.properties.name),
      {permanent: true, direction: "center", className: "gm-name"});
    one.on("mouseover", () => one.setStyle({weight: 3}));
    one.on("mouseout", () => layers.communities.resetStyle(one));
  });
  gm.chooser(map, gm.data.words.choose, gm.data.choices, n => show(n));
  gm.furnish(map);
  const legend = gm.legend(map);
  const show = n => {
    gm.choice = n;
    layers.communities.eachLayer(one => layers.communities.resetStyle(one));
    legend(gm.data.legends[n ? 1 : 0]);
  };
  show(0);
  gm.fit(map);
  gm.names(map, layers.communities);
};
