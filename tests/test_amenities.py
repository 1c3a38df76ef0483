"""Facilities: categories, several entrances, several sources."""

import geopandas as gpd
import pytest
import shapely

from greenmap.errors import InputFaults, TableError
from greenmap.read.amenities import read_amenities
from greenmap.read.join import join_amenities
from greenmap.read.osm_places import amenities_from_osm
from greenmap.read.polygons import geodesic_areas


def table(tmp_path, text, name="poi.csv"):
    file = tmp_path / name
    file.write_text(text, "utf-8")
    return file


def test_a_row_is_named_by_its_label_its_code_or_its_path(tmp_path):
    file = table(tmp_path, "id,类别,typecode,type,name,lon,lat\n"
                           "a,药店,,,x,101.7,26.5\nb,pharmacy,,,x,101.7,26.5\n"
                           "c,,090601,,x,101.7,26.5\n"
                           "d,,,医疗保健服务;医药保健销售店;药房,x,101.7,26.5\n")  # fmt: skip
    assert read_amenities(file)["category"].tolist() == ["pharmacy"] * 4


def test_a_place_in_two_categories_is_two_rows_of_one_place(tmp_path):
    file = table(tmp_path, "id,typecode,name,lon,lat\na,141203,滨河九年一贯制学校,101.7,26.5\n")
    found = read_amenities(file)
    assert found.index.tolist() == ["a", "a#2"]
    assert found["category"].tolist() == ["primary_school", "junior_secondary_school"]
    assert found["place_id"].tolist() == ["a", "a"]


def test_unclassified_rows_are_kept_and_counted(tmp_path):
    file = table(tmp_path, "id,typecode,name,lon,lat\na,150900,x,101.7,26.5\n"
                           "b,150900,y,101.7,26.5\nc,060400,z,101.7,26.5\n")  # fmt: skip
    found = read_amenities(file)
    assert found["category"].isna().tolist() == [True, True, False]
    assert found.attrs["unclassified"] == (("150900", 2),)


def test_the_user_s_mapping_comes_first(tmp_path):
    file = table(tmp_path, "id,typecode,类别,lon,lat\na,150900,,101.7,26.5\nb,,药店,101.7,26.5\n")
    words = {"150900": "car_parking", "药店": "社区卫生服务站"}
    found = read_amenities(file, mapping=words)
    assert found["category"].tolist() == ["car_parking", "community_health_station"]
    for headings in ("词,类别\n", ""):
        listed = table(tmp_path, f"{headings}150900,car_parking\n药房,pharmacy\n", "mapping.csv")
        assert read_amenities(file, mapping=listed)["category"].tolist()[0] == "car_parking"


def test_one_category_for_a_whole_file(tmp_path):
    file = table(tmp_path, "id,name,lon,lat\na,x,101.7,26.5\n")
    assert read_amenities(file, category="pharmacy")["category"].tolist() == ["pharmacy"]


def test_unknown_categories_are_refused_with_what_may_be_meant(tmp_path):
    file = table(tmp_path, "id,name,lon,lat\na,x,101.7,26.5\n")
    with pytest.raises(InputFaults) as caught:
        read_amenities(file, category="pharmcy", collected=["药店", "clinic"])
    near = {f.facts["category"]: f.facts["near"] for f in caught.value.faults}
    assert near["药店"] == "pharmacy"
    assert "pharmacy" in near["pharmcy"]


def test_status_is_read_and_where_no_column_says_it_open(tmp_path):
    file = table(tmp_path, "id,类别,状态,lon,lat\na,药店,在建,101.7,26.5\nb,药店,,101.7,26.5\n"
                           "c,药店,已搬迁,101.7,26.5\nd,药店,Open,101.7,26.5\n")  # fmt: skip
    status = read_amenities(file)["status"]
    assert status.isna().tolist() == [False, True, False, False]
    assert status.dropna().tolist() == ["planned", "closed", "open"]
    file = table(tmp_path, "id,类别,lon,lat\na,药店,101.7,26.5\n")
    assert read_amenities(file)["status"].tolist() == ["open"]


def test_shifted_coordinates_are_not_carried_beside_the_true_ones(tmp_path):
    file = table(tmp_path, "id,类别,备注,lon,lat\na,药店,x,101.7,26.5\n")
    found = read_amenities(file, datum="gcj02")
    assert "备注" in found.columns
    assert not {"lon", "lat"} & set(found.columns)


def test_entrances_share_a_place(tmp_path):
    file = table(tmp_path, "id,place_id,类别,lon,lat\na,p,公园,101.7,26.5\nb,p,公园,101.71,26.5\n"
                           "c,,公园,101.72,26.5\n")  # fmt: skip
    assert read_amenities(file)["place_id"].tolist() == ["p", "p", "c"]


def test_areas_keep_their_size(tmp_path):
    file = tmp_path / "parks.gpkg"
    park = shapely.box(101.7, 26.5, 101.701, 26.501)
    gpd.GeoDataFrame({"name": ["x"]}, geometry=[park], crs=4326).to_file(file)
    found = read_amenities(file, category="park")
    assert found["area_m2"].iloc[0] == pytest.approx(geodesic_areas([park])[0])
    assert found.geom_type.tolist() == ["Point"]


def test_join_tells_clashing_ids_apart_and_joins_the_claims(tmp_path):
    text = "id,类别,lon,lat\n{},药店,101.7,26.5\nz{},药店,101.7,26.5\n"
    one = read_amenities(table(tmp_path, text.format("1", "a"), "a.csv"), collected=["pharmacy"])
    two = read_amenities(table(tmp_path, text.format("1", "b"), "b.csv"), collected=["clinic"])
    joined = join_amenities([one, two])
    assert joined.index.tolist() == ["a.csv:1", "za", "b.csv:1", "zb"]
    assert joined["place_id"].tolist() == joined.index.tolist()
    assert joined.attrs["collected"] == ("clinic", "pharmacy")
    assert [s["name"] for s in joined.attrs["sources"]] == ["a.csv", "b.csv"]
    assert one.index.tolist() == ["1", "za"]  # the inputs are left alone
    assert join_amenities([one, one]).index.is_unique


def test_all_beats_a_list_and_nothing_to_join_is_refused(tmp_path):
    file = table(tmp_path, "id,类别,lon,lat\na,药店,101.7,26.5\n")
    tables = [read_amenities(file, collected=c) for c in ("all", "clinic", ())]
    assert join_amenities(tables).attrs["collected"] == ("all",)
    assert join_amenities(tables[1:]).attrs["collected"] == ("clinic",)
    with pytest.raises(TableError):
        join_amenities([])


def osm(*rows):
    tags, shapes = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"osm_id": [f"way/{k}" for k in range(len(rows))], "tags": list(tags)},
        geometry=list(shapes), crs=4326,
    )  # fmt: skip


def field(metres):
    """A square of about `metres` by `metres` at the equator (1 degree = 111,320 m)."""
    return shapely.box(0, 0, metres / 111_320, metres / 110_574)


def test_osm_areas_become_points_with_their_size():
    yard = shapely.Polygon([(0, 0), (2, 0), (2, 2), (1.9, 2), (1.9, 0.1), (0, 0.1)])
    found = amenities_from_osm(osm(({"leisure": "park", "name": "滨河公园"}, yard)))
    assert yard.contains(found.geometry.iloc[0])  # its centroid lies outside
    assert found["area_m2"].iloc[0] == pytest.approx(geodesic_areas([yard])[0])
    assert found["name"].tolist() == ["滨河公园"]


def test_a_pitch_is_a_ground_of_its_own_size_only():
    found = amenities_from_osm(osm(*(({"leisure": "pitch"}, field(m)) for m in (20, 30, 40, 60))))
    grounds = found[found["category"].str.startswith("sports_ground")]
    # 400, 900, 1600 and 3600 m2 against 770, 1310 and 3150
    assert dict(zip(grounds["place_id"], grounds["category"], strict=True)) == {
        "way/1": "sports_ground_small", "way/2": "sports_ground_medium",
        "way/3": "sports_ground_large",
    }  # fmt: skip


def test_osm_objects_of_no_category_are_counted_and_closed_ones_marked():
    point = shapely.Point(0, 0)
    found = amenities_from_osm(osm(
        ({"amenity": "bench"}, point), ({"amenity": "bench"}, point), ({"shop": "yes"}, point),
        ({"shop": "supermarket", "disused": "yes"}, point),
        ({"shop": "supermarket"}, shapely.LineString([(0, 0), (2, 0)])),
    ))  # fmt: skip
    assert found.attrs["unclassified"] == (("amenity=bench", 2), ("shop=yes", 1))
    assert found["status"].tolist() == ["closed", "open"]
    assert found.geometry.iloc[1] == shapely.Point(1, 0)


def test_no_osm_facility_gives_an_empty_table():
    found = amenities_from_osm(osm(({"amenity": "bench"}, shapely.Point(0, 0))))
    assert len(found) == 0
    assert found.crs == "EPSG:4326"


def test_the_panzhihua_ledger(shared_data):
    found = read_amenities(shared_data / "poi/panzhihua_facility_ledger_gcj02.xlsx", datum="gcj02")
    assert len(found) == 117
    assert found.attrs["left_out"] == ((120, "total_row"),)
    assert found.attrs["source"]["layer"] == "设施"
    assert (found["category"] == "bank").sum() == 14


def test_the_dirty_table_names_every_row_that_needs_a_hand(shared_data):
    with pytest.raises(InputFaults) as caught:
        read_amenities(shared_data / "awkward/poi_dirty_gcj02_gbk.csv", datum="gcj02")
    told = {(f.key, f.facts["rows"]) for f in caught.value.faults}
    assert told == {
        ("read.coords_swapped", "3"), ("read.coords_blank", "5"), ("read.coords_zero", "7"),
        ("read.coords_unreadable", "17"),  # rows 13 and 15 write degrees in words and minutes
    }  # fmt: skip
