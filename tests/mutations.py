"""Files of every kind we read, and ways in which a disk, a program or a person spoils them."""

import io
import json
import zipfile

import geopandas as gpd
import openpyxl
import shapely

HOMES = "编号,人口,60岁以上,经度,纬度\n" + "".join(
    f"H{k},{20 + k},{k},{101.7200 + k / 5000:.6f},{26.5800 + k / 7000:.6f}\n" for k in range(12))
PLACES = "id,名称,类别,状态,经度,纬度\n" + "".join(
    f"P{k},惠民药店{k},pharmacy,open,{101.7200 + k / 5000:.6f},26.58{k}\n" for k in range(9))
RINGS = "编码,名称,边界\n" + "".join(
    f"5104020010{k:02d},社区{k},\"101.72{k},26.58;101.72{k + 1},26.58;101.72{k + 1},26.581;"
    f"101.72{k},26.581\"\n" for k in range(4))
PEOPLE = ("社区编码,社区名称,常住人口,60岁以上\n510402001001,甲社区,1200,200\n"
          "510402001002,乙社区,800,90\n")
KML = """<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Folder><name>小区</name><Placemark><name>滨河苑</name><Polygon><outerBoundaryIs><LinearRing>
<coordinates>101.72,26.58,0 101.721,26.58,0 101.721,26.581,0 101.72,26.58,0</coordinates>
</LinearRing></outerBoundaryIs></Polygon></Placemark></Folder></Document></kml>"""
OSM = "<?xml version='1.0'?><osm version='0.6'>" + "".join(
    f"<node id='{k + 1}' lat='26.58' lon='{101.72 + k / 1000:.4f}'/>" for k in range(5)) + (
    "<way id='1'><nd ref='1'/><nd ref='2'/><nd ref='3'/><tag k='highway' v='residential'/></way>"
    "<way id='2'><nd ref='3'/><nd ref='4'/><nd ref='5'/><tag k='highway' v='footway'/>"
    "<tag k='name' v='滨河路'/></way></osm>")
STUDY = """[study]
name = "甲"
standard = "fifteen-minute-generic"
share = 0.9
[communities]
path = "areas.geojson"
[homes]
path = "homes.csv"
[[amenities]]
path = "places.csv"
collected = "all"
[network]
path = "streets.osm"
"""
STANDARD = """schema = "greenmap.standard/1"
[standard]
id = "own"
zh = "自定"
en = "Own"
[[clause]]
id = "pharmacy-500m"
kind = "reach"
category = "pharmacy"
limit_m = 500
profile = "metres"
people = "all"
zh = "药店步行500米"
en = "A pharmacy within 500 m"
source_zh = "自定"
source_en = "own"
confidence = "proposal"
"""
NASTY = [b"\x00", b"\xff\xfe", b"NaN", b"inf", b"-1e999", b"9" * 400, b"=cmd|' /C calc'!A0",
         b"../" * 9, b"<script>alert(1)</script>", b"\r\n\r\n", b"\x1b[2J", "社".encode()[:2], b'"',
         b"{" * 300, b"[" * 300, b"&a;", b"-0", b"1e400", b",,,,,,",
         "１２３".encode(), b"\xe2\x80\xae", b"%s%n", b"1,2,3;",
         b"null"]
"""What has broken programs before: ends of text, numbers that are none, codes, half characters."""


def seeds(folder):
    """Write a sound file of every kind; return its name and which reader it is for."""
    areas = gpd.GeoDataFrame(
        {"编码": ["510402001001", "510402001002"], "名称": ["甲社区", "乙社区"]},
        geometry=[shapely.box(101.72, 26.579, 101.7225, 26.582),
                  shapely.box(101.7225, 26.579, 101.726, 26.582)], crs=4326)  # fmt: skip
    lines = gpd.GeoDataFrame(
        {"名称": ["滨河路", "新华街"], "等级": ["支路", "步行道"]},
        geometry=[shapely.LineString([(101.72, 26.58), (101.726, 26.58)]),
                  shapely.LineString([(101.723, 26.579), (101.723, 26.582)])],
        crs=4326)
    texts = {"homes.csv": HOMES, "places.csv": PLACES, "rings.csv": RINGS, "people.csv": PEOPLE,
             "areas.kml": KML, "streets.osm": OSM, "study.toml": STUDY, "own.toml": STANDARD,
             "areas.geojson": areas.to_json(drop_id=True)}  # fmt: skip
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "homes_gbk.csv").write_bytes(HOMES.encode("gbk"))
    with zipfile.ZipFile(folder / "areas.kmz", "w") as archive:
        archive.writestr("doc.kml", KML)
    book = openpyxl.Workbook()
    for row in PLACES.splitlines():
        book.active.append(row.split(","))
    book.save(folder / "places.xlsx")
    areas.to_file(folder / "areas.gpkg", engine="pyogrio")
    areas.to_file(folder / "areas.shp", engine="pyogrio", encoding="gbk")
    lines.to_file(folder / "roads.geojson", engine="pyogrio")
    (folder / "areas.topojson").write_text(json.dumps({
        "type": "Topology", "arcs": [[[101.72, 26.58], [101.721, 26.58], [101.721, 26.581],
                                      [101.72, 26.58]]],
        "objects": {"a": {"type": "GeometryCollection", "geometries": [
            {"type": "Polygon", "arcs": [[0]], "properties": {"名称": "甲"}}]}}}), "utf-8")
    return {"homes.csv": "homes", "homes_gbk.csv": "homes", "places.csv": "amenities",
            "places.xlsx": "amenities", "rings.csv": "communities", "people.csv": "people",
            "areas.kml": "communities", "areas.kmz": "communities", "areas.gpkg": "communities",
            "areas.shp": "communities", "areas.geojson": "communities",
            "areas.topojson": "communities", "roads.geojson": "roads", "streets.osm": "network",
            "study.toml": "study", "own.toml": "standard"}  # fmt: skip


def mutate(data, random):
    """Spoil some bytes: flip, cut, repeat, swap, put something nasty in."""
    data = bytearray(data)
    for _ in range(random.randint(1, 4)):
        at, wide = random.randrange(len(data) + 1), random.choice((1, 4, 30, 400))
        way = random.randrange(6)
        if way == 0 and at < len(data):
            data[at] ^= 1 << random.randrange(8)
        elif way == 1:
            del data[at:at + wide]
        elif way == 2:
            data[at:at] = data[at:at + wide] * random.choice((1, 2, 50))
        elif way == 3:
            data[at:at] = random.choice(NASTY)
        elif way == 4:
            data[at:at + wide] = random.choice(NASTY)
        else:
            lines = bytes(data).split(b"\n")
            random.shuffle(lines)
            data = bytearray(b"\n".join(lines))
    return bytes(data)


def mutate_inside(data, random):
    """Spoil one member of a zip and close it properly: check sums hide nothing."""
    source, out = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    names = source.namelist()
    spoiled = random.choice(names)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            inside = source.read(name)
            if name == spoiled:
                inside = mutate(inside, random)
                name = random.choice((name, name, name, "../../" + name, "C:\\" + name))
            archive.writestr(name, inside)
    return out.getvalue()
