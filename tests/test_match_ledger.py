"""Ledgers laid on the map: hand-made cases, and three hundred rows in disorder."""

import geopandas as gpd
import ledger_disorder
import pandas as pd
import pytest
import shapely

from greenmap.measure.ledger_merge import not_in_ledger
from greenmap.measure.match_ledger import match_ledger
from greenmap.model.ledger import check_ledger
from greenmap.read.ledger import read_ledger

# Two communities side by side, each about 980 m wide (0.01 degrees of longitude at 28° N).
WEST, EAST = shapely.box(118.00, 28, 118.01, 28.01), shapely.box(118.01, 28, 118.02, 28.01)
AREAS = gpd.GeoDataFrame({"name": ["望江社区", "滨河社区"], "city": "衢州市", "district": "柯城区"},
                         geometry=[WEST, EAST], crs=4326,
                         index=pd.Index(["01", "02"], name="community_id"))


def places(*rows):
    """Map places of (name, category, lon, lat) and optional address, status."""
    table = pd.DataFrame([dict(zip(("name", "category", "lon", "lat", "address", "status"), row,
                                   strict=False)) for row in rows])
    made = gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), crs=4326,
                            geometry=gpd.points_from_xy(table["lon"], table["lat"]))
    made["status"] = made.get("status", pd.Series("open", index=made.index)).fillna("open")
    made.index = pd.Index([f"P{n}" for n in range(len(made))], name="amenity_id")
    return made.assign(place_id=made.index, source="map")


def ledger(*rows):
    """Rows of (name, category, community_id, address) and what else is given."""
    names = ("name", "category", "community_id", "address")
    table = pd.DataFrame([{**dict(zip(names, row, strict=False)),
                           **(row[4] if len(row) > 4 else {})} for row in rows])
    for name, value in (("address", None), ("status", "open"), ("file", "台账.xlsx")):
        table[name] = table.get(name, pd.Series(None, index=table.index, dtype=object)
                                ).fillna(value) if value else table.get(name)
    table["row"] = range(2, len(table) + 2)
    table.index = pd.Index([f"L{n}" for n in range(len(table))], name="ledger_id")
    return table


def doors(*rows):
    return gpd.GeoDataFrame({"address": [row[0] for row in rows]}, crs=4326,
                            geometry=gpd.points_from_xy([r[1] for r in rows], [r[2] for r in rows]))


def became(match, key="L0"):
    row = match.ledger.loc[key]
    return row["match"], row["place_id"], row["reason"]


KINDER = "kindergarten"


def test_a_name_in_its_community_is_accepted_and_brings_its_sizes():
    rows = ledger(("望江实验幼儿园", KINDER, "01", None, {"capacity": 270.0, "floor_m2": 1800.0}))
    found = match_ledger(rows, communities=AREAS,
                         amenities=places(("衢州望江实验幼儿园", KINDER, 118.005, 28.005)))
    assert became(found) == ("accepted", "P0", "")
    place = found.amenities.loc["P0"]
    assert (place["capacity"], place["floor_m2"], place["located_by"]) == (270, 1800, "map")


def test_one_name_in_two_communities_never_crosses():
    # the map has the eastern one only; the western row must not be laid on it
    rows = ledger(("红星幼儿园", KINDER, "01"), ("红星幼儿园", KINDER, "02"))
    found = match_ledger(rows, communities=AREAS,
                         amenities=places(("红星幼儿园", KINDER, 118.018, 28.005)))
    assert became(found, "L0") == ("review", None, "community")
    assert became(found, "L1") == ("accepted", "P0", "")


def test_at_the_edge_of_its_community_a_place_counts_as_in_it():
    # 0.0005 degrees beyond the boundary: about 49 m; 0.002 degrees: about 196 m
    near = places(("红星幼儿园", KINDER, 118.0105, 28.005))
    far = places(("红星幼儿园", KINDER, 118.0120, 28.005))
    rows = ledger(("红星幼儿园", KINDER, "01"))
    assert became(match_ledger(rows, communities=AREAS, amenities=near))[0] == "accepted"
    assert became(match_ledger(rows, communities=AREAS, amenities=far))[0] == "review"
    told = match_ledger(rows, communities=AREAS, amenities=near).notes
    assert told[["kind", "said", "found"]].to_numpy().tolist() == [["community", "01", "02"]]


@pytest.mark.parametrize("name, said, reason", [
    ("望江幼儿园分园", "01", "branch"),
    ("望江幼儿园（2）", "01", "branch"),
    ("东望江幼儿园", "01", "contrast"),
    ("望海幼儿园", "01", "not_sure"),
    ("金苗双语学堂", "01", "nothing_alike"),
])  # fmt: skip
def test_what_may_be_another_is_asked(name, said, reason):
    found = match_ledger(ledger((name, KINDER, said)), communities=AREAS,
                         amenities=places(("望江幼儿园", KINDER, 118.005, 28.005)))
    assert became(found)[0] in ("review", "none") and became(found)[2] == reason


def test_a_slip_of_the_pen_is_taken_with_the_same_door_only():
    poi = places(("望江幼儿园", KINDER, 118.005, 28.005, "人民路12号"))
    for address, result in (("衢州市人民路十二号", "accepted"), ("人民路14号", "review"),
                            (None, "review")):
        found = match_ledger(ledger(("旺江幼儿园", KINDER, "01", address)), communities=AREAS,
                             amenities=poi)
        assert became(found)[0] == result, address


def test_a_name_of_its_kind_only_is_its_community_s():
    poi = places(("望江养老服务站", "elderly_service_station", 118.005, 28.005),
                 ("滨河养老服务站", "elderly_service_station", 118.015, 28.005))
    rows = ledger(("社区养老服务站", "elderly_service_station", "02"))
    assert became(match_ledger(rows, communities=AREAS, amenities=poi)) == ("accepted", "P1", "")


def test_two_as_likely_are_asked_and_two_rows_never_share_a_place():
    twins = places(("红星幼儿园", KINDER, 118.002, 28.002), ("红星幼儿园", KINDER, 118.008, 28.008))
    found = match_ledger(ledger(("红星幼儿园", KINDER, "01")), communities=AREAS, amenities=twins)
    assert became(found) == ("review", None, "two_alike")
    assert found.candidates["key"].tolist() == ["P0", "P1"]
    one = places(("红星幼儿园", KINDER, 118.002, 28.002))
    rows = ledger(("红星幼儿园", KINDER, "01"), ("红星幼儿园", KINDER, "01"))
    both = match_ledger(rows, communities=AREAS, amenities=one)
    assert {became(both, key)[2] for key in ("L0", "L1")} == {"two_alike"}


def test_a_row_not_on_the_map_is_put_at_its_door():
    found = match_ledger(
        ledger(("金苗幼儿园", KINDER, "01", "柯城区人民路十二号", {"capacity": 90.0})),
        communities=AREAS, amenities=places(("望江药店", "pharmacy", 118.003, 28.003)),
        doors=doors(("人民路12号", 118.004, 28.004), ("人民路14号", 118.0042, 28.004)))
    assert became(found) == ("accepted", "L0", "")
    new = found.amenities.loc["L0"]
    assert new["category"] == KINDER and new["capacity"] == 90 and new["located_by"] == "door"
    assert (round(new.geometry.x, 6), round(new.geometry.y, 6)) == (118.004, 28.004)


def test_streets_of_one_name_are_told_apart_by_the_community():
    layer = doors(("人民路12号", 118.004, 28.004), ("人民路12号", 118.016, 28.004))
    for said, x in (("01", 118.004), ("02", 118.016)):
        found = match_ledger(ledger(("金苗幼儿园", KINDER, said, "人民路12号")), communities=AREAS,
                             amenities=places(("甲", "pharmacy", 118.003, 28.003)), doors=layer)
        assert round(found.amenities.loc["L0"].geometry.x, 6) == x
    found = match_ledger(ledger(("金苗幼儿园", KINDER, None, "人民路12号")), communities=AREAS,
                         amenities=places(("甲", "pharmacy", 118.003, 28.003)), doors=layer)
    assert became(found) == ("review", None, "two_doors")


def test_the_right_name_far_from_the_row_s_door_is_not_taken():
    # 0.004 degrees of longitude: about 392 m
    found = match_ledger(ledger(("望江幼儿园", KINDER, "01", "人民路12号")), communities=AREAS,
                         amenities=places(("望江幼儿园", KINDER, 118.008, 28.004)),
                         doors=doors(("人民路12号", 118.004, 28.004)))
    assert became(found)[1] == "L0" and found.ledger.loc["L0", "located_by"] == "door"


def test_a_small_compound_places_a_row_and_a_large_one_asks():
    def homes(metres):  # two homes so far apart; the middle is half of it from each
        east = 118.004 + metres / 98_200
        return gpd.GeoDataFrame({"name": ["锦园小区"] * 2}, crs=4326,
                                geometry=gpd.points_from_xy([118.004, east], [28.004] * 2))
    rows = ledger(("金苗幼儿园", KINDER, "01", "锦园小区3栋"))
    poi = places(("甲", "pharmacy", 118.003, 28.003))
    small = match_ledger(rows, communities=AREAS, amenities=poi, compounds=homes(200))
    assert small.ledger.loc["L0", "located_by"] == "compound"
    assert abs(small.ledger.loc["L0", "within_m"] - 100) <= 2
    large = match_ledger(rows, communities=AREAS, amenities=poi, compounds=homes(400))
    assert became(large) == ("review", None, "compound_wide")
    assert large.candidates["kind"].tolist() == ["compound"]


def test_the_ledger_outranks_the_map_and_the_disagreement_is_told():
    poi = places(("望江幼儿园", "nursery", 118.005, 28.005)).assign(floor_m2=900.0)
    rows = ledger(("望江幼儿园", KINDER, "01", None, {"floor_m2": 1800.0}))
    found = match_ledger(rows, communities=AREAS, amenities=poi)
    assert found.amenities.loc["P0", "category"] == KINDER
    assert found.amenities.loc["P0", "floor_m2"] == 1800
    assert sorted(found.notes["kind"]) == ["category", "floor_m2"]
    assert poi.loc["P0", "category"] == "nursery"  # the caller's table is left alone


def test_a_shut_place_is_not_taken_for_an_open_row_and_a_shut_row_shuts_it():
    poi = places(("望江幼儿园", KINDER, 118.005, 28.005, None, "closed"))
    assert became(match_ledger(ledger(("望江幼儿园", KINDER, "01")), communities=AREAS,
                               amenities=poi))[2] == "closed"
    shut = match_ledger(ledger(("望江幼儿园", KINDER, "01", None, {"status": "closed"})),
                        communities=AREAS,
                        amenities=places(("望江幼儿园", KINDER, 118.005, 28.005)))
    assert shut.amenities.loc["P0", "status"] == "closed" and shut.ledger.empty
    assert shut.notes["kind"].tolist() == ["status"]


def test_a_facility_in_two_categories_is_one_place():
    rows = ledger(("九年学校", "primary_school", "01", "人民路12号"),
                  ("九年学校", "junior_secondary_school", "01", "人民路12号"))
    rows.index = pd.Index(["L0", "L0#2"], name="ledger_id")
    found = match_ledger(rows, communities=AREAS,
                         amenities=places(("甲", "pharmacy", 118.003, 28.003)),
                         doors=doors(("人民路12号", 118.004, 28.004)))
    assert found.ledger["place_id"].tolist() == ["L0", "L0"]
    assert found.amenities.loc[["L0", "L0#2"], "category"].tolist() == [
        "primary_school", "junior_secondary_school"]


def test_what_the_map_has_more_of_is_listed_where_the_ledger_is_whole():
    poi = places(("望江幼儿园", KINDER, 118.005, 28.005), ("金苗幼儿园", KINDER, 118.006, 28.006),
                 ("外区幼儿园", KINDER, 118.5, 28.5))
    found = match_ledger(ledger(("望江幼儿园", KINDER, "01")), communities=AREAS, amenities=poi)
    more = not_in_ledger(found.ledger, found.amenities, AREAS, ("all",))
    assert more["found"].tolist() == ["金苗幼儿园"]


def test_rows_in_another_order_are_matched_alike():
    rows, poi, areas, plates, compounds, _ = ledger_disorder.world(seed=5, rows=60)
    table = read_rows(rows, areas)
    kept = ["match", "place_id", "located_by", "reason", "score"]
    one = match_ledger(table, communities=areas, amenities=poi, doors=plates, compounds=compounds)
    two = match_ledger(table.iloc[::-1], communities=areas, amenities=poi.iloc[::-1],
                       doors=plates.iloc[::-1], compounds=compounds.iloc[::-1])
    pd.testing.assert_frame_equal(one.ledger[kept], two.ledger[kept].loc[one.ledger.index])


def read_rows(rows, areas, folder=None):
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as place:
        file = f"{place}/台账.csv"
        rows.to_csv(file, index=False)
        return read_ledger(file, communities=areas)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_three_hundred_rows_in_disorder(seed, capsys):
    """A row laid on its own place, or within 60 m of where it truly is, is right."""
    rows, poi, areas, plates, compounds, truth = ledger_disorder.world(seed)
    table = read_rows(rows, areas)
    assert len(table) == 300
    found = match_ledger(table, communities=areas, amenities=poi, doors=plates,
                         compounds=compounds)
    check_ledger(found.ledger)
    at = found.amenities.drop_duplicates("place_id").set_index("place_id").geometry.to_crs(4548)
    right = accepted = known = 0
    for row in found.ledger.itertuples():
        place, spot, _ = truth[row.row - 2]
        known += place is not None
        if row.match == "accepted":
            accepted += 1
            true = gpd.GeoSeries.from_xy([spot[0]], [spot[1]], crs=4326).to_crs(4548).iloc[0]
            slack = row.within_m if row.located_by == "compound" else 60
            right += row.place_id == place or true.distance(at[row.place_id]) <= slack
    with capsys.disabled():
        print(f"\nseed {seed}: accepted {accepted} of 300, precision {right / accepted:.4f}, "
              f"recall {right / 300:.3f} ({known} are on the map)")
    assert right / accepted >= 0.98
    assert right / 300 >= 0.75  # what is left goes to the list; far fewer would make it useless
    left = set(found.ledger.index[found.ledger["match"] != "accepted"])
    assert set(found.candidates["ledger_id"]) <= left
