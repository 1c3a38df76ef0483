"""docs/walking.md: its examples load, its figures are those of the code and of the towns."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

import greenmap as gm
from greenmap.measure.reach import attach_all
from greenmap.model.profile import load_profile, profile_ids
from greenmap.model.study import ASSUMED_SHARE_MAX
from greenmap.model.wait import load_waits
from greenmap.network.datum_evidence import LEAST_GATES
from greenmap.network.gate_paths import PATH_M
from greenmap.network.gates import GATE_M
from greenmap.read.osm_ways import kerb_height
from greenmap.studies import read_study
from greenmap.units import TICKS_PER

PAGE = (Path(__file__).parents[1] / "docs" / "walking.md").read_text("utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE, re.S)
SMALL = Path(__file__).parent / "data" / "studies" / "small"
TOWNS = {"Panzhihua": ("panzhihua_compounds_wgs84.geojson", "panzhihua_2022.osm"),
         "Haidian": ("beijing_haidian_compounds_wgs84.geojson",
                     "beijing_haidian_qinghuadonglu_2026.osm")}  # fmt: skip
STUDY = """
[study]
name = "town"
standard = "fifteen-minute-generic"
share = 0.9
[communities]
path = '{data}/boundaries/{areas}'
[[amenities]]
osm = true
[homes]
osm_buildings = true
[network]
path = '{data}/osm/{streets}'
"""


def rows(*first):
    """Cells of the page's table rows whose first cell is one of `first`."""
    cells = [[cell.strip(" `") for cell in line.strip("|").split("|")]
             for line in PAGE.splitlines() if line.startswith("|")]
    return [row for row in cells if row[0] in first]


def test_speeds_of_the_page_are_those_of_the_profiles():
    told = {row[0]: row[2] for row in rows(*profile_ids())}
    speeds = {name: load_profile(name).speed_m_per_min for name in profile_ids()}
    assert told == {name: "–" if v is None else f"{v:g}" for name, v in speeds.items()}
    for name, (_, _, _, steps, _) in {row[0]: row for row in rows(*profile_ids())}.items():
        profile = load_profile(name)
        assert (steps == "blocked") == (profile.steps == "blocked")
        assert steps in ("blocked", "as flat") or f"{profile.stairs_factor:g} ×" in steps


def test_figures_of_the_page_are_those_of_the_code():
    waits = load_waits()
    flat = " ".join(PAGE.split())
    assert "signal 30 s, crossing without signals 8 s, foot bridge or underpass 75 s, lift 45 s" \
        in flat and waits.seconds() == (30, 8, 75, 75, 45)
    assert (GATE_M, PATH_M, LEAST_GATES, ASSUMED_SHARE_MAX) == (5, 100, 8, 0.2)
    assert kerb_height({"barrier": "kerb", "kerb": "raised"}) == 0.1


def test_the_winter_example_takes_the_place_of_the_profile_that_ships(tmp_path):
    winter, study = EXAMPLES
    for file in SMALL.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "elderly_winter.toml").write_text(winter, "utf-8")
    assert load_profile(tmp_path / "elderly_winter.toml").metres_in(15) == 645
    (asked,) = tomllib.loads(study)["study"].values()
    text = (tmp_path / "study.toml").read_text("utf-8")
    text = re.sub(r"(?m)^profiles\s*=.*\n", "", text)
    text = text.replace("[study]\n", f"[study]\nprofiles = {asked}\n".replace("'", '"'), 1)
    (tmp_path / "study.toml").write_text(text, "utf-8")
    assert read_study(tmp_path / "study.toml").profiles["elderly"].zh == "老年人（冬季）"


@pytest.mark.slow
@pytest.mark.parametrize("town", TOWNS)
def test_who_reaches_what_where_there_are_steps(town, shared_data, tmp_path):
    areas, streets = TOWNS[town]
    file = tmp_path / "study.toml"
    file.write_text(STUDY.format(data=shared_data.resolve().as_posix(), areas=areas,
                                 streets=streets), "utf-8")
    study = read_study(file)
    given = study.network, study.homes, study.amenities
    put = attach_all(*given)
    metres = load_profile("metres")
    walks = {who: gm.reach(*given, profile=who, attachments=put)
             for who in ("adult", "elderly", "wheelchair", metres,
                         replace(metres, steps="blocked"))}
    *timed, free, shut = walks.values()
    for _, nearest, *told in rows(town):
        column = free.categories.index(nearest.split("`")[0].split()[0])
        within = [(table.ticks[:, column] <= 15 * TICKS_PER["min"]).sum() for table in timed]
        more = (shut.ticks[:, column].astype(float) - free.ticks[:, column]) / TICKS_PER["m"]
        found = [put.homes.attached.sum(), *within, (more > 0).sum(), (more > 100).sum()]
        assert [int(one) for one in told] == found, nearest
