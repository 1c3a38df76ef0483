"""Population tables: codes kept as text, names, lines of totals, ages; each way to be wrong."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenmap import settings
from greenmap.errors import InputFaults
from greenmap.read.ages import bands_of, read_band
from greenmap.read.community_names import core_name, names_of, read_aliases
from greenmap.read.population import read_people

BAD = Path(__file__).parent / "data" / "people" / "bad"
AREAS = pd.DataFrame(
    {"name": ["甲社区", "乙社区", "梅园社区", "甲社区"],
     "subdistrict": ["东街街道", "东街街道", "西街街道", "西街街道"]},
    index=["510402001001", "510402001002", "510402002001", "510402002002"])
UNIQUE = AREAS.iloc[:3]


def table(tmp_path, text, name="2022年常住人口.csv", **how):
    file = tmp_path / name
    file.write_text(text, "utf-8")
    return read_people(file, **how)


def keys(caught):
    return [fault.key for fault in caught.value.faults]


def test_rows_join_by_code_kept_as_text_and_totals_are_left_out(tmp_path):
    found = table(tmp_path, "社区编码,社区名称,常住人口,60岁以上\n"
                  "510402001001,甲,100,20\n510402001002,乙居委会,50,5\n"
                  "510402002001,梅园,30,6\n合计,,180,31\n", communities=UNIQUE)
    assert found["people"].to_dict() == {
        "510402001001": 100, "510402001002": 50, "510402002001": 30}
    assert found["elderly_60"].sum() == 31
    assert found.attrs["joined"] == {"code": 3, "name": 0, "alias": 0}
    assert found.attrs["totals"] == 1 and found.attrs["left_out"] == ((5, "total_row"),)
    assert (found.attrs["count"], found.attrs["year"]) == ("resident", "2022")


@pytest.mark.parametrize("written", ["甲社区", "甲", "甲居委会", "甲社区居民委员会",
                                     "东街街道甲社区", " 甲 社 区 ", "甲社区（虚构）"])
def test_a_name_is_known_without_offices_and_subdistrict(written):
    assert names_of(UNIQUE).find(written) == ("510402001001",)


def test_a_village_is_not_the_community_of_its_name():
    areas = pd.DataFrame({"name": ["滨河社区", "滨河村"]}, index=["1", "2"])
    assert names_of(areas).find("滨河村民委员会") == ("2",)
    assert names_of(areas).find("滨河居委会") == ("1",)
    assert core_name("镇东社区") == "镇东"


def test_two_of_one_name_are_told_apart_by_the_subdistrict(tmp_path):
    text = "街道,社区,人口\n东街街道,甲,100\n,乙,50\n西街街道,甲,7\n,梅园,30\n"
    found = table(tmp_path, text, communities=AREAS)
    assert found["people"].to_dict()["510402002002"] == 7  # the street is merged over its rows
    with pytest.raises(InputFaults) as caught:
        table(tmp_path, "社区,人口\n甲,100\n乙,50\n梅园,30\n", communities=AREAS)
    assert keys(caught) == ["people.name_ambiguous"]


def test_old_names_join_through_the_alias_table(tmp_path):
    aliases = tmp_path / "更名.csv"
    aliases.write_text("原名称,现名称\n青龙社区、青石居委会,梅园社区\n", "utf-8")
    text = "社区,人口\n甲,100\n乙,50\n青龙社区,30\n"
    found = table(tmp_path, text, communities=UNIQUE, aliases=read_aliases(aliases))
    assert found.loc["510402002001", "people"] == 30
    assert found.attrs["joined"]["alias"] == 1


def test_what_finds_no_partner_is_listed_both_ways(tmp_path):
    found = table(tmp_path, "社区,人口\n甲,100\n乙,50\n远村,30\n", communities=UNIQUE)
    assert found.attrs["rows_unmatched"] == ((4, "远村", 30.0),)
    assert found.attrs["communities_unmatched"] == (("510402002001", "梅园社区"),)


def test_totals_of_streets_before_their_rows_and_after_them_are_checked(tmp_path):
    before = ("编码,地区,人口\n510402001000,东街街道,150\n510402001001,甲社区,100\n"
              "510402001002,乙社区,50\n510402002000,西街街道,30\n510402002001,梅园社区,30\n")
    assert table(tmp_path, before, communities=UNIQUE).attrs["totals"] == 2
    after = ("街道,社区,人口\n东街,甲,100\n东街,乙,50\n小计,,150\n西街,梅园,30\n小计,,30\n"
             "总计,,180\n")
    assert table(tmp_path, after, communities=UNIQUE).attrs["totals"] == 3


def test_a_total_that_does_not_add_up_is_named_by_row_with_both_numbers(tmp_path):
    with pytest.raises(InputFaults) as caught:
        table(tmp_path, "社区,人口\n甲,100\n乙,50\n梅园,30\n合计,181\n", communities=UNIQUE)
    (fault,) = caught.value.faults
    assert fault.key == "people.total_off"
    assert (fault.facts["row"], fault.facts["said"], fault.facts["found"]) == (5, "181", "180")


def test_age_bands_add_up_to_groups_only_where_they_fit_exactly(tmp_path):
    text = ("社区,0-14岁,15-59岁,60-64岁,65-79岁,80岁及以上\n甲,10,60,10,15,5\n乙,5,35,4,5,1\n"
            "梅园,3,20,3,3,1\n")
    found = table(tmp_path, text, communities=UNIQUE)
    assert found.loc["510402001001", ["people", "elderly_60", "elderly_65", "elderly_80"]
                     ].tolist() == [100, 30, 20, 5]
    assert "age_3_6" not in found  # 0-14 says nothing of 3 to 6
    assert bands_of((3, 6), [(3, 5), (5, 6), (0, 3)]) == ((3, 5), (5, 6))


@pytest.mark.parametrize(("heading", "band"), [
    ("60-64岁", (60, 65)), ("60～64周岁", (60, 65)), ("85岁以上", (85, None)), ("85+", (85, None)),
    ("7岁", (7, 8)), ("户数", None), ("64-60岁", None)])
def test_bands_as_they_are_written(heading, band):
    assert read_band(heading) == band


def test_a_row_per_community_and_age_group(tmp_path):
    text = ("社区,年龄段,人数\n甲,0-59岁,70\n,60岁及以上,30\n乙,0-59岁,45\n,60岁及以上,5\n"
            "梅园,0-59岁,24\n,60岁及以上,6\n")
    found = table(tmp_path, text, communities=UNIQUE)
    assert found["people"].tolist() == [100, 50, 30]
    assert found["elderly_60"].tolist() == [30, 5, 6]


def test_headings_of_two_lines_under_a_title(tmp_path):
    text = ("2022年虚构区常住人口统计表,,,\n社区,总人口,年龄,\n,,60岁及以上,65岁及以上\n"
            "甲,100,30,20\n乙,50,5,4\n梅园,30,6,3\n")
    found = table(tmp_path, text, name="人口.csv", communities=UNIQUE)
    assert found["elderly_65"].tolist() == [20, 4, 3]
    assert found.attrs["year"] == "2022" and found.attrs["count"] == "resident"


def test_a_table_with_both_counts_asks_which(tmp_path):
    text = "社区,常住人口,户籍人口\n甲,100,90\n乙,50,60\n梅园,30,30\n"
    with pytest.raises(InputFaults) as caught:
        table(tmp_path, text, name="2022.csv", communities=UNIQUE)
    assert keys(caught) == ["people.count_needed"]
    found = table(tmp_path, text, name="2022.csv", communities=UNIQUE, count="registered")
    assert found["people"].sum() == 180


def test_groups_blank_in_a_row_are_not_used_and_named(tmp_path):
    found = table(tmp_path, "社区,人口,60岁以上\n甲,100,20\n乙,50,\n梅园,30,6\n",
                  communities=UNIQUE)
    assert "elderly_60" not in found and found.attrs["groups_partial"] == ("elderly_60",)


FIXTURES = {
    "code_scientific": ["people.code_scientific"], "code_short": ["people.code_short"],
    "code_long": ["people.code_long"], "code_twice": ["people.code_twice"],
    "code_name_differ": ["people.code_name_differ"], "community_twice": ["people.community_twice"],
    "count_unknown_which": ["people.count_needed"], "year_unknown": ["people.year_needed"],
    "totals_off": ["people.total_off"], "people_blank": ["people.blank"],
    "not_whole": ["people.not_whole"], "no_people": ["people.no_people"],
    "no_name": ["people.no_name"], "nameless": ["people.nameless"],
    "age_unknown": ["people.age_unknown"], "group_larger": ["read.group_larger"],
    "several": ["people.year_needed", "people.total_off", "people.code_scientific"],
}


@pytest.mark.parametrize("name", sorted(FIXTURES))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_way_to_be_wrong_is_named_with_file_and_row(name, lang):
    file = next(BAD.glob(f"{name}*"))
    with pytest.raises(InputFaults) as caught:
        read_people(file, communities=UNIQUE)
    assert keys(caught) == FIXTURES[name]
    with settings.use(lang=lang):
        assert file.name in str(caught.value)


def test_every_fixture_has_a_test():
    assert {file.stem.split("-")[0] for file in BAD.iterdir()} == set(FIXTURES)


def test_codes_in_scientific_notation_are_no_hindrance_when_joined_by_name():
    file = next(BAD.glob("code_scientific*"))
    assert len(read_people(file, communities=UNIQUE, join="name")) == 3


COUNTS = st.lists(st.integers(0, 5000), min_size=1, max_size=12)


@given(COUNTS, st.booleans())
def test_read_people_sum_to_the_line_of_totals(tmp_path_factory, counts, first):
    areas = pd.DataFrame({"name": [f"第{k}社区" for k in range(len(counts))]},
                         index=[f"510402001{k:03d}" for k in range(1, len(counts) + 1)])
    rows = [f"{key},第{k}居委会,{n}" for k, (key, n) in
            enumerate(zip(areas.index, counts, strict=True))]
    total = f"合计,,{sum(counts)}"
    lines = [total, *rows] if first else [*rows, total]
    folder = tmp_path_factory.mktemp("people")
    found = table(folder, "\n".join(["编码,社区,人口", *lines, ""]), communities=areas)
    assert found["people"].tolist() == counts
