"""A real town from its raw files: 12 compounds, Amap facilities in GCJ-02, houses of the map."""

from __future__ import annotations

import pytest

import greenmap as gm

STUDY = """
[study]
name = "攀枝花中心"
standard = "fifteen-minute-generic"
share = 0.9
as_of = "2022-03"
[communities]
path = '{data}/boundaries/panzhihua_compounds_wgs84.geojson'
[[amenities]]
path = '{data}/poi/panzhihua_poi_amap_style_gcj02_gbk.csv'
datum = "gcj02"
{collected}
[homes]
osm_buildings = true
[network]
path = '{data}/osm/panzhihua_2022.osm'
"""


@pytest.fixture(scope="module")
def states(shared_data, tmp_path_factory):
    """States of the compounds' clauses, by what the study says is collected."""
    found = {}
    for name, collected in (("nothing", ""), ("pharmacies", 'collected = ["pharmacy"]')):
        study = tmp_path_factory.mktemp(name) / "study.toml"
        data = shared_data.resolve().as_posix()
        study.write_text(STUDY.format(data=data, collected=collected), "utf-8")
        table = gm.assess(gm.read_study(study), with_isochrones=False).coverage
        found[name] = table[table["level"] == "community"]["state"].unstack("clause_id")
    return found


def test_all_twelve_compounds_come_back_and_six_hold_no_house(states):
    for table in states.values():
        assert len(table) == 12
        assert (table == "not_applicable").all(axis=1).sum() == 6


def test_pharmacies_are_not_known_unless_the_study_says_they_were_collected(states):
    # Amap's table holds no pharmacy at all.
    lived_in = (states["nothing"] != "not_applicable").all(axis=1)
    assert set(states["nothing"].loc[lived_in, "pharmacy-8min"]) == {"not_known"}
    said = states["pharmacies"].loc[lived_in, "pharmacy-8min"]
    # In two compounds homes reach the end of the street data before 8 minutes are over.
    assert said.value_counts().to_dict() == {"not_met": 4, "not_known": 2}
