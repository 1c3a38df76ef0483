"""Sheets of items, both figures, groups, the worst-off tenth and crowding, from a whole run."""

from __future__ import annotations

import dataclasses
from functools import cache

import openpyxl
import pandas as pd
from measure_world import clause, homes_at, line_study, places_at

from greenmap.draw.community_map import draw_community
from greenmap.measure.assess import assess
from greenmap.model.standard import load_standard
from greenmap.report.groups_sheet import list_crowding, list_groups, list_worst
from greenmap.report.items_sheet import list_items
from greenmap.report.radius_sheet import list_radius, list_radius_homes
from greenmap.report.write import write_report


@cache
def whole():
    """Homes at 0, 4 and 8 with 30 people each; a pharmacy at 0, beds at 4 for two."""
    homes = homes_at([0, 4, 8], people=30.0, elderly_60=[12.0, 4.0, 20.0],
                     compound=["甲园", "乙园", "乙园"])
    places = pd.concat([places_at([0]), places_at([4], "elderly_home", capacity=2.0)])
    places.index = pd.Index(["a", "b"], name="amenity_id")
    places["place_id"] = places.index
    clauses = (clause(id="c", item="1"),
               clause(id="beds", item="2", kind="present", categories=("elderly_home",)),
               clause(id="asked", item="3", kind="survey", categories=()),
               clause(id="open", item="4", confidence="memory"))
    return assess(line_study(homes, places, *clauses), with_isochrones=False)


def test_items_tell_walked_counted_asked_and_unconfirmed_apart():
    items = list_items(whole(), "zh")
    assert items["item"].tolist() == ["1", "2", "3", "4"]
    assert items["way"].tolist() == ["步行测算", "有无核查", "实地核查", "数值未核实"]
    assert items["measured"].tolist() == ["33.3%", "1 处", "–", ""]
    assert items["state"].tolist() == ["不达标", "达标", "待核实", "待核实"]


def test_a_standard_of_walks_only_has_no_items():
    study = line_study(homes_at([0]), places_at([1]))
    assert list_items(assess(study, with_isochrones=False), "zh").empty


def test_every_item_of_the_twenty_and_the_sixteen_has_its_line():
    for key, count in (("complete-community-2020", 20), ("green-community-2020", 16)):
        study = dataclasses.replace(line_study(homes_at([0]), places_at([1]), collected=()),
                                    standard=load_standard(key))
        items = list_items(assess(study, with_isochrones=False), "en")
        assert len({item.rstrip("bc") for item in items["item"]}) == count
        assert set(items["state"].str.lower()) <= {"not known", "measured only",
                                                   "not applicable"}


def test_both_figures_are_listed_and_the_homes_are_for_the_office():
    table = list_radius(whole(), "zh")
    row = table[table["unit_id"] == "A"].iloc[0]
    assert (row["radius_m"], row["people"], row["between_people"]) == (300.0, 90.0, 0.0)
    assert set(table["clause_id"]) == {"c"}  # the figure nobody confirmed has none
    assert list_radius_homes(whole(), "zh").empty


def test_groups_under_ten_have_no_figures():
    homes = homes_at([0, 4], people=30.0, elderly_60=[3.0, 4.0])
    table = list_groups(assess(line_study(homes, places_at([0])), with_isochrones=False), "zh")
    old = table[table["group"] == "60岁及以上"]
    assert old["people"].tolist() == ["<10", "<10"] and old["gini"].isna().all()
    assert len(list_groups(whole(), "zh")) == 2 * 2 * 2  # units, walking clauses, groups


def test_the_worst_off_tenth_is_listed_by_compound():
    table = list_worst(whole(), "zh")
    row = table[table["clause_id"] == "c"].iloc[0]
    assert (row["unit_name"], row["people_worst"], row["walk_from"]) == ("乙园", 30.0, 800.0)


def test_crowding_is_listed_where_capacity_is_known():
    row = list_crowding(whole(), "zh").iloc[0]
    assert (row["capacity"], row["place_id"]) == (2.0, "b")
    # 400 m either way and none at all: all within the adult's ten minutes, 72 m a minute
    assert row["people_served"] == 30.0 + 2 * 0.68 * 30.0
    assert list_crowding(assess(line_study(homes_at([0]), places_at([1])),
                                with_isochrones=False), "zh").empty


def test_the_workbook_and_the_page_hold_them(tmp_path):
    file = write_report(whole(), tmp_path / "gaps.xlsx", lang="zh")
    names = openpyxl.load_workbook(file, read_only=True).sheetnames
    assert {"逐项核查", "两种口径", "分人群步行", "最不利一成", "设施供需"} <= set(names)
    assert "两种口径" not in draw_community(whole(), "A", lang="zh").html  # they don't differ
