"""Units: the ladder of 小区 → 社区 → 街道 → 区 → 市, and life circles beside it."""

from __future__ import annotations

import pandas as pd

from greenmap.model.unit import compounds_of, judged_level, list_units, units_of_homes

COMMUNITIES = pd.DataFrame(
    {"name": ["甲", "乙"], "subdistrict": ["东街", "东街"], "life_circle": ["一", "二"]},
    index=pd.Index(["01", "02"], name="community_id"))
HOMES = pd.DataFrame({"community_id": ["01", "01", "02", None],
                      "compound": ["花园", None, "花园", "花园"]},
                     index=pd.Index(["a", "b", "c", "d"], name="home_id"))


def test_life_circles_and_compounds_are_listed_after_the_ladder():
    units = list_units(COMMUNITIES, HOMES)
    assert units["level"].tolist() == [
        "community", "community", "subdistrict", "study", "life_circle", "life_circle",
        "compound", "compound"]
    assert units.loc["compound/01/花园", "parent_id"] == "01"
    assert units.loc["life_circle/一", "parent_id"] == "study"


def test_compounds_of_one_name_in_two_communities_are_two():
    assert compounds_of(HOMES).tolist() == ["compound/01/花园", None, "compound/02/花园", None]
    assert compounds_of(HOMES[["community_id"]]) is None


def test_every_home_of_a_community_is_in_every_level_above_it():
    levels = units_of_homes(HOMES, COMMUNITIES, compounds=True)
    assert list(levels) == ["compound", "community", "subdistrict", "life_circle", "study"]
    assert levels["study"].tolist()[:3] == ["study"] * 3
    assert pd.isna(levels["study"].iloc[3])  # outside every community


def test_a_clause_of_a_life_circle_is_judged_for_a_subdistrict_where_no_circle_is_drawn():
    assert judged_level("life_circle", ["community", "subdistrict"]) == "subdistrict"
    assert judged_level("life_circle", ["life_circle", "subdistrict"]) == "life_circle"
    assert judged_level("compound", ["community"]) is None
