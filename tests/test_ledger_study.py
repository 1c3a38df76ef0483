"""Two ledgers of the sample without coordinates, through a study, the command line and back."""

import pandas as pd
import pytest
from click.testing import CliRunner

import greenmap as gm
from greenmap.cli import main
from greenmap.sample import ledgers, tables, write_sample
from greenmap.sample.city import make_city

KINDS = ("kindergarten", "elderly_service_station", "elderly_day_care")
LEDGERS = """
[[ledgers]]
path = "民政.xlsx"
collected = "all"
[[ledgers]]
path = "教育.xlsx"
category = "kindergarten"
collected = "all"
"""
DOORS = '[doors]\npath = "门牌.csv"\ndatum = "wgs84"\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The sample; its kindergartens and places for the elderly stand in ledgers only."""
    place = write_sample(tmp_path_factory.mktemp("台账"))
    city = make_city(0)
    tables.write_xlsx(ledgers.civil_affairs(city), place / "民政.xlsx")
    tables.write_xlsx(ledgers.education(city), place / "教育.xlsx")
    tables.write_csv(ledgers.doors(city), place / "门牌.csv")
    poi = pd.read_csv(place / "amenities_wgs84.csv", dtype=str)
    rest = poi[~poi["category"].isin(KINDS)]
    rest.to_csv(place / "rest.csv", index=False)
    text = (place / "study.toml").read_text("utf-8")
    text = text.replace('path = "amenities_wgs84.csv"', 'path = "rest.csv"')
    claims = ", ".join(f'"{key}"' for key in sorted(set(rest["category"])))
    text = text.replace('collected = "all"', f"collected = [{claims}]")
    (place / "none.toml").write_text(text + LEDGERS, "utf-8")
    (place / "doors.toml").write_text(text + LEDGERS + DOORS, "utf-8")
    return place


def said(*words):
    done = CliRunner().invoke(main, [*map(str, words), "--lang", "zh"], catch_exceptions=False)
    return done.exit_code, done.output


def test_match_writes_both_workbooks_and_the_list_can_be_read_back(folder, tmp_path):
    code, told = said("ledger", "match", folder / "none.toml", "--out", tmp_path)
    assert code == 0 and "134 行" in told
    assert {file.name for file in tmp_path.iterdir()} == {"ledger.xlsx", "待定位清单.xlsx"}
    code, told = said("ledger", "read", folder / "none.toml", tmp_path / "待定位清单.xlsx")
    assert code == 0 and "填好 0 行" in told


def test_a_study_without_ledgers_says_how_to_name_one(folder):
    code, told = said("ledger", "match", folder / "study.toml")
    assert code == 2 and "[[ledgers]]" in told


def test_with_doors_every_row_lies_where_it_is_and_brings_its_size(folder):
    study = gm.read_study(folder / "doors.toml")
    assert set(study.ledger["match"]) == {"accepted"} and study.ledger["place_id"].notna().all()
    truth = gm.read_study(folder / "study.toml").amenities
    truth = truth[truth["category"].isin(KINDS) & (truth["status"] == "open")]
    mine = study.amenities[study.amenities["category"].isin(KINDS)]
    assert sorted(mine["name"]) == sorted(truth["name"])
    away = mine.set_index("name").geometry.distance(truth.set_index("name").geometry, align=True)
    assert away.max() < 30 and away.median() < 1  # doors are 24 m apart
    assert mine["capacity"].notna().all() and mine["floor_m2"].gt(0).all()
    assert set(study.ledger.loc[study.ledger["category"] == "kindergarten", "inclusive"]) == {
        "yes", "no"}
    assert study.is_collected(KINDS)


@pytest.mark.slow
def test_the_planted_gaps_are_found_from_ledgers_and_doors_and_not_known_without(folder):
    def states(name):
        table = gm.assess(gm.read_study(folder / name), with_isochrones=False).coverage
        return table[table["level"] == "community"]["state"]

    whole, placed, lost = (states(name) for name in ("study.toml", "doors.toml", "none.toml"))
    assert placed.equals(whole)
    other = lost != whole
    assert set(lost[other]) == {"not_known"}  # never a gap that isn't there, nor one overlooked
    assert (whole[other] == "not_met").sum() == 5
