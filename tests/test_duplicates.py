"""Duplicates: hand-placed pairs on a meridian, where 0.001 degree of latitude is 111.2 m."""

import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenmap.measure.match_clauses import match_clauses
from greenmap.model.standard import load_standard
from greenmap.read.amenities import read_amenities
from greenmap.read.duplicates import merge_duplicates, similarity
from greenmap.read.join import join_amenities
from greenmap.studies import check_study, read_study

LAT_M = 111_195.0


def source(name, *rows):
    """Rows of (id, name, category, metres north of 26.58, further columns)."""
    table = gpd.GeoDataFrame(
        {"place_id": [row[0] for row in rows], "name": [row[1] for row in rows],
         "category": [row[2] for row in rows], "status": "open", "source": name,
         "capacity": [row[4] if len(row) > 4 else None for row in rows]},
        index=pd.Index([row[0] for row in rows], name="amenity_id"),
        geometry=gpd.points_from_xy([101.72] * len(rows),
                                    [26.58 + row[3] / LAT_M for row in rows]), crs=4326)
    table.attrs = {"source": {"name": name}}
    return table


def found(*tables, **given):
    joined = join_amenities(tables, **given)
    return joined, [(d.kept, d.other, d.decision) for d in joined.attrs["duplicates"]]


@pytest.mark.parametrize(("one", "other", "metres", "decision"), [
    ("滨河药店", "滨河药店", 140, "merged"), ("滨河药店", "滨河药店", 160, None),
    ("攀枝花市第三中学", "第三中学", 140, "merged"), ("第3中学", "第三中学", 100, "merged"),
    ("滨河药店（暂停营业）", "滨河药店", 100, "merged"),
    ("滨河大药房有限公司", "滨河大药房", 100, "merged"),
    # ratio 2 x 4 / (5 + 5) = 80: near enough only
    ("滨河路药店", "滨河大药店", 40, "merged"), ("滨河路药店", "滨河大药店", 100, "review"),
    ("滨河路药店", "滨河大药店", 160, None),
    # numbers and sides of the town are never one, however near
    ("第一药店", "第二药店", 0, None), ("东街药店", "西街药店", 0, None),
    ("滨河药店", "康宁堂", 1, None), ("滨河药店", "滨河诊所", 12, None),
    ("", "康宁堂", 12, "review"), ("", "", 12, "review"), ("", "", 20, None),
])  # fmt: skip
def test_two_sources(one, other, metres, decision):
    _, told = found(source("a", ("a1", one, "pharmacy", 0)),
                    source("b", ("b1", other, "pharmacy", metres)))
    assert told == ([("a1", "b1", decision)] if decision else [])


def test_what_is_merged_stays_in_the_table_and_counts_once():
    joined, _ = found(source("a", ("a1", "滨河药店", "pharmacy", 0)),
                      source("b", ("b1", "滨河药店", "pharmacy", 50, 3)))
    assert joined.index.tolist() == ["a1", "b1"]
    assert joined["status"].to_dict() == {"a1": "open", "b1": "merged"}
    assert joined["merged_into"].to_dict() == {"a1": None, "b1": "a1"}
    assert joined["capacity"].tolist()[0] == 3  # the kept place had none
    assert joined.attrs["duplicates"][0].filled == ("capacity",)
    clauses = [c for c in load_standard("fifteen-minute-generic").clauses
               if c.categories == ("pharmacy",)]
    serves = match_clauses(joined, clauses)[clauses[0].target]
    assert serves.tolist() == [True, False]


def test_a_rank_says_which_source_comes_first():
    tables = (source("a", ("a1", "滨河药店", "pharmacy", 0)),
              source("b", ("b1", "滨河药店", "pharmacy", 50)))
    assert found(*tables)[1] == [("a1", "b1", "merged")]
    assert found(*tables, ranks=[2, 1])[1] == [("b1", "a1", "merged")]
    assert found(*tables, merge=False)[1] == []


def test_categories_keep_apart():
    _, told = found(source("a", ("a1", "滨河", "pharmacy", 0)),
                    source("b", ("b1", "滨河", "restaurant", 0), ("b2", "滨河", None, 0)))
    assert told == []


def test_a_school_of_two_kinds_loses_neither():
    """The second source knows that the school is a nine-year one; only what both say is merged."""
    nine = source("b", ("b1", "滨河学校", "primary_school", 20),
                  ("b1#2", "滨河学校", "junior_secondary_school", 20))
    nine["place_id"] = "b1"
    joined, told = found(source("a", ("a1", "滨河学校", "primary_school", 0)), nine)
    assert told == [("a1", "b1", "merged")]
    open_rows = joined[joined["status"] == "open"]
    assert sorted(open_rows["category"]) == ["junior_secondary_school", "primary_school"]


def test_each_place_is_merged_once_per_source_the_nearest_first():
    # two branches of one bank in each source, 100 m apart: 1-1 and 2-2, not both into one
    _, told = found(
        source("a", ("a1", "工商银行", "bank", 0), ("a2", "工商银行", "bank", 100)),
        source("b", ("b1", "工商银行", "bank", 10), ("b2", "工商银行", "bank", 95)))
    assert told == [("a1", "b1", "merged"), ("a2", "b2", "merged")]


def test_three_sources_meet_in_the_first():
    tables = [source(key, (f"{key}1", "滨河药店", "pharmacy", 10 * n))
              for n, key in enumerate("abc")]
    assert found(*tables)[1] == [("a1", "b1", "merged"), ("a1", "c1", "merged")]


def test_a_park_may_be_placed_at_its_middle_or_its_gate():
    # 250 m: too far for a pharmacy, not for an area
    middle, gate = (source(key, (key, "滨河公园", "park", metres))
                    for key, metres in (("a", 0), ("b", 250)))
    assert found(middle, gate)[1] == [("a", "b", "merged")]


def test_a_row_twice_in_one_table_is_told():
    twice = source("a", ("a1", "邮政银行", "bank", 0), ("a2", "邮政银行", "bank", 4),
                   ("a3", "邮政银行", "bank", 60))
    joined, told = found(twice)
    assert told == [("a1", "a2", "repeat")]
    assert joined["status"].tolist() == ["open", "merged", "open"]


def test_entrances_of_one_place_are_no_duplicates():
    gates = source("a", ("a1", "滨河公园", "park", 0), ("a2", "滨河公园", "park", 3))
    gates["place_id"] = "a"
    assert found(gates)[1] == []


def test_the_shared_table_with_a_row_twice(shared_data, tmp_path):
    """Rows 19 and 20 of the sheet are one bank written twice; the unreadable ones are left out."""
    data = (shared_data / "awkward" / "poi_dirty_gcj02_gbk.csv").read_bytes().decode("gb18030")
    lines = data.splitlines()
    bad = {2, 4, 6, 16}  # swapped, blank, 0/0, text
    file = tmp_path / "poi.csv"
    file.write_text("\n".join(line for n, line in enumerate(lines) if n not in bad), "utf-8")
    read = read_amenities(file, datum="gcj02")
    told = join_amenities([read]).attrs["duplicates"]
    assert [d.decision for d in told] == ["repeat"]
    assert told[0].kept_name == told[0].other_name == "中国邮政储蓄银行"
    assert told[0].metres == 0


def test_shared_map_services_meet_the_street_map(shared_data):
    """The same 117 places in three datums: what is named and of one category meets, 0.1 m off."""
    amap = read_amenities(shared_data / "poi" / "panzhihua_poi_amap_style_gcj02_gbk.csv",
                          datum="gcj02")
    baidu = read_amenities(shared_data / "poi" / "panzhihua_poi_baidu_style_bd09_utf8bom.csv",
                           datum="bd09")
    joined = join_amenities([amap, baidu])
    truth = dict(zip(amap["place_id"], amap["osm_id"], strict=True))
    merged = [d for d in joined.attrs["duplicates"] if d.decision == "merged"]
    assert len(merged) == 43 and max(d.metres for d in merged) <= 0.2
    assert all(d.other.split(":")[-1].split("#")[0] == truth[d.kept] for d in merged)
    # of the second table nothing is open that the first has under the same kind
    assert (joined["status"] == "merged").sum() == 43


NAMES = st.sampled_from(["滨河药店", "滨河路药店", "第一药店", "第二药店", "东街药店", "康宁堂", "",
                         None])
PLACE = st.tuples(NAMES, st.sampled_from(["pharmacy", "park", None]), st.integers(0, 400))


def random_source(key, rows):
    return source(key, *((f"{key}{n}", *row) for n, row in enumerate(rows)))


@settings(max_examples=60)
@given(st.lists(st.lists(PLACE, max_size=5), min_size=1, max_size=3), st.randoms())
def test_laws(sources, draw):
    """No row is lost; what is kept isn't merged; the order of rows counts for nothing."""
    tables = [random_source(key, rows) for key, rows in zip("abc", sources, strict=False)]
    joined = pd.concat(tables)
    order = np.repeat(np.arange(len(tables)), [len(t) for t in tables]) + 1
    new, told = merge_duplicates(joined, order.tolist())
    assert new.index.tolist() == joined.index.tolist()
    away = new.index[new["status"] == "merged"] if len(new) else []
    sure = [d for d in told if d.decision != "review"]
    assert sorted(away) == sorted(d.other for d in sure)
    assert not {d.kept for d in sure} & {d.other for d in sure}
    assert all(new.loc[d.kept, "category"] == new.loc[d.other, "category"] for d in told)
    mixed = list(range(len(joined)))
    draw.shuffle(mixed)
    again, told_again = merge_duplicates(joined.iloc[mixed], order[mixed].tolist())
    assert told_again == told
    pd.testing.assert_frame_equal(pd.DataFrame(again).sort_index(), pd.DataFrame(new).sort_index())


@given(NAMES, NAMES)
def test_likeness_goes_both_ways(one, other):
    assert similarity(one, other) == pytest.approx(similarity(other, one), nan_ok=True)


@pytest.fixture
def small(tmp_path):
    for path in (Path(__file__).parent / "data" / "studies" / "small").iterdir():
        shutil.copy(path, tmp_path)
    return tmp_path / "study.toml"


def test_a_study_of_two_sources_tells_what_it_merged(small):
    table = small.parent / "facilities.csv"
    shutil.copy(table, table.with_name("again.csv"))
    extra = '\n[[amenities]]\npath = "again.csv"\ndatum = "wgs84"\nrank = 1\n'
    text = small.read_text("utf-8")
    small.write_text(text + extra, "utf-8")
    report = check_study(small, lang="zh")
    (told,) = [w for w in report.warnings if w.key == "study.warn_duplicates_merged"]
    study = read_study(small)
    merged = study.amenities[study.amenities["status"] == "merged"]
    assert told.facts["count"] == len(merged) > 0
    assert set(merged["source"]) == {table.name}  # again.csv has rank 1
    small.write_text(text.replace("[study]", "[study]\nmerge = false") + extra, "utf-8")
    assert "merged_into" not in read_study(small).amenities
