"""What the city and community pages say, on a street small enough to work out by hand."""

from __future__ import annotations

import dataclasses
import json
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
import worlds_assessment as world

from greenmap.draw import palette
from greenmap.draw.city_map import draw_coverage
from greenmap.draw.community_map import draw_community
from greenmap.draw.panel import attribution, speaker
from greenmap.draw.tally import NOT_APPLICABLE_PAINT, UNKNOWN_PAINT, Tally, clause_paint, tallies
from greenmap.errors import OutputError
from greenmap.model.study import STATES

FIRST, SECOND, THIRD = world.IDS


@pytest.fixture(scope="module")
def result():
    return world.assessment()


class Reader(HTMLParser):
    """Collects what a browser would see: tags, attributes, text outside scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.names: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.names |= {name for name, _ in attrs}

    def handle_data(self, data):
        if self.cdata_elem is None:
            self.text += f" {data}"


def data_of(html: str) -> dict:
    return json.loads(html.split('id="greenmap-data">')[1].split("</script>")[0])


def text_of(html: str) -> str:
    return " ".join(Reader(html).text.split())


def tally(**counts: int) -> Tally:
    return Tally({**dict.fromkeys(STATES, 0), **counts}, mean_share=0.7)


# --- how a community is coloured ---

def test_the_colour_is_the_share_of_judged_clauses_met(result):
    found = tallies(result)
    assert list(found) == [FIRST, SECOND, THIRD]
    # Shop and kindergarten are judged, the park is not known: 1 of 2, 1 of 2, 0 of 2.
    assert [found[i].share for i in world.IDS] == [0.5, 0.5, 0.0]
    assert [found[i].counts["not_known"] for i in world.IDS] == [1, 1, 1]
    assert [found[i].paint for i in world.IDS] == [1, 1, 0]


def test_more_not_known_than_judged_is_never_a_colour():
    assert tally(met=1, not_known=1).paint == 4
    assert tally(met=1, not_known=2).paint == UNKNOWN_PAINT
    assert tally(not_known=1).paint == UNKNOWN_PAINT


def test_without_a_required_share_the_colour_is_the_mean_coverage():
    assert tally(measured=3).share == 0.7
    assert tally(measured=3).paint == palette.share_class(0.7)
    page = draw_coverage(world.assessment(share=None), lang="zh").html
    data = data_of(page)
    assert data["choices"][0] == "总体：各指标平均覆盖率"
    assert "未设：只测算覆盖率，不作判定" in text_of(page)
    # 03: shop 0, kindergarten 1 of 4, park 0: mean 8.3 %.
    assert [f["properties"]["n"][0] for f in data["communities"]["features"]][2] == 0


def test_where_nobody_lives_there_is_no_colour():
    nobody = Tally({**dict.fromkeys(STATES, 0), "not_applicable": 3}, mean_share=float("nan"))
    assert nobody.paint == NOT_APPLICABLE_PAINT
    assert clause_paint("not_applicable", float("nan")) == NOT_APPLICABLE_PAINT


# --- the city page ---

def test_city_page_says_what_a_panel_asks(result):
    text = text_of(draw_coverage(result, lang="zh").html)
    for fact in ("三社区 十五分钟生活圈设施步行覆盖图", "内部工作用图·未经审核·不得公开",
                 "边界仅为示意，不作划界依据", "通用核对表·非规范依据", "90%（本研究自定",
                 "成年人：72 米/分钟，15分钟 1,080 米", "本工具建议值", "2022-03", "设施.csv",
                 "若达标比例为 80%", "1,107", "© OpenStreetMap"):
        assert fact in text, fact
    # Shop: met in 01 alone; kindergarten in 02 alone; parks not known in all three.
    assert "90% 2 4 3 0 若达标比例为" in text
    assert "虚构" not in text


def test_city_page_in_english_holds_no_chinese_of_its_own(result):
    html = draw_coverage(result, lang="en").html
    own = text_of(html)
    for given in ("三社区", "甲社区", "乙社区", "丙社区", "设施.csv"):
        own = own.replace(given, "")
    assert not [c for c in own if "\u4e00" <= c <= "\u9fff"]
    assert '<html lang="en">' in html


def test_fictional_data_say_so_on_every_page():
    made_up = world.assessment(fictional=True)
    for page in (draw_coverage(made_up, lang="zh"), draw_community(made_up, FIRST, lang="zh")):
        assert "虚构数据，仅供演示" in text_of(page.html)
        assert "OpenStreetMap" not in text_of(page.html)


@pytest.mark.parametrize(("source", "told"), [
    ("streets.osm.pbf", "OpenStreetMap"), ("衢州市柯城区", "OpenStreetMap"),
    ("edges.csv", "edges.csv"), ("道路.shp + a.osm", "道路.shp；© OpenStreetMap"),
    ("a.osm + 道路.shp", "道路.shp；© OpenStreetMap")])
def test_streets_are_credited_to_whoever_drew_them(source, told):
    study = world.study(network=world.network(source))
    assert told in attribution(study, speaker("zh"))


def test_popup_holds_counts_gaps_and_the_way_to_the_page(result):
    html = draw_coverage(result, lang="zh", links={THIRD: "communities/丙 社区#1.html"}).html
    popups = [f["properties"]["popup"] for f in data_of(html)["communities"]["features"]]
    assert "便利店步行5分钟：缺 400 人" in popups[2]
    assert 'href="communities/%E4%B8%99%20%E7%A4%BE%E5%8C%BA%231.html"' in popups[2]
    assert "href" not in popups[0]


# --- the community page ---

def test_community_page_lists_gaps_and_open_questions(result):
    text = text_of(draw_community(result, FIRST, lang="zh").html)
    # Of 01's age group 10 + 0.7 + 10 + 10 only the ten of the home at 350 have a kindergarten.
    assert "幼儿园步行300米 看图 覆盖 32.5%，要求 90%；未覆盖 21 人" in text
    assert "原因：附近没有 21 人" in text
    assert "5000平方米以上公园500米 看图 该类设施未收集，涉及 307 人" in text
    assert "覆盖 0%，待核实 100%" in text
    assert "GB 50180-2018 附录C.0.2（有旁证）" in text
    assert "商务部城市一刻钟便民生活圈建设指南（2021年9月报道）（已核对原文）" in text


def test_homes_carry_rounded_up_walks_classes_and_no_small_numbers(result):
    data = data_of(draw_community(result, FIRST, lang="zh").html)
    homes, clauses = data["homes"], data["clauses"]
    assert homes["ids"] == ["h00", "h01", "h02", "h03"]
    assert homes["people"] == ["100", "<10", "100", "100"]
    kindergarten, shop, park = homes["walks"]
    # The kindergarten at x = 600: 550, 450, 350, 250 m and 10 m to the street; limit 300 m.
    assert kindergarten == [560, 460, 360, 260]
    assert homes["classes"][0] == "3321"
    # The shop at x = 100: 60, 60, 160, 260 m at 72 m/min are 0.83, 0.83, 2.22, 3.61 min.
    assert shop == [0.9, 0.9, 2.3, 3.7]
    assert homes["classes"][1] == "0001"
    # No park anywhere, and none collected: -1 = beyond the search, painted as not known.
    assert park == [-1, -1, -1, -1]
    assert homes["classes"][2] == "5555"
    assert homes["answers"][2] == "2222"
    assert clauses[2]["beyond"] == "> 3000 米"


def test_the_page_opens_with_its_first_gap(result):
    # 01 lacks the kindergarten (clause 0); 03 lacks the shop (400 people) before it (30).
    assert data_of(draw_community(result, FIRST).html)["first"] == 0
    assert data_of(draw_community(result, THIRD).html)["first"] == 1


def test_facilities_and_ranges_around_the_community_are_drawn(result):
    data = data_of(draw_community(result, SECOND, lang="zh").html)
    # 02 begins at x = 400: the shop at 100 lies within the 500 m around it.
    assert set(data["places"]) == {"kindergarten", "convenience_store"}
    assert data["places"]["kindergarten"]["texts"] == ["第一幼儿园"]
    assert data["places"]["convenience_store"]["texts"] == ["东街便利店 · 80 平方米"]
    bands = [f["properties"]["band"] for f in data["isochrones"][1]["features"]]
    assert bands == [2, 1, 0]  # the longest lies lowest
    assert data["isochrones"][2]["features"] == []
    assert data["signs"]["park"]["legend"] == "公园（公共绿地）（图中范围内没有）"


def test_places_that_are_not_open_are_drawn_hollow_and_say_why():
    places = world.amenities().assign(status=["closed", None, "open"])
    data = data_of(draw_community(world.assessment(amenities=places), SECOND, lang="zh").html)
    assert data["places"]["convenience_store"]["hollow"] == [0]
    assert data["places"]["convenience_store"]["texts"] == ["东街便利店 · 已关闭 · 80 平方米"]
    assert data["places"]["kindergarten"]["texts"] == ["第一幼儿园 · 运营状态不明"]
    everyone_open = data_of(draw_community(world.assessment(), SECOND).html)["places"]
    assert [place["hollow"] for place in everyone_open.values()] == [[], []]


def test_an_age_group_below_ten_gets_no_figures():
    few = world.homes()
    few["age_3_6"] = np.where(few["community_id"] == SECOND, 2.0, 10.0)
    text = text_of(draw_community(world.assessment(homes=few), SECOND, lang="zh").html)
    assert "人数不足10，不列数字" in text
    # Its smallest neighbour is hidden too: the sum of all would give the eight away.
    assert "为免推算他处小数，不列数字" in text_of(
        draw_community(world.assessment(homes=few), FIRST, lang="zh").html)


def test_a_clause_that_counts_places_inside_is_drawn_without_walks():
    study = world.study()
    kindergarten = dataclasses.replace(study.standard.clauses[0], id="inside", kind="present",
                                       zh="社区内有幼儿园")
    standard = dataclasses.replace(study.standard, clauses=(kindergarten,))
    counted = world.assessment(standard=standard)
    data = data_of(draw_community(counted, SECOND, lang="zh").html)
    assert data["clauses"][0]["classes"] == ["够", "", "", "", "不够", "待核实"]
    assert data["homes"]["classes"] == ["0000"]
    assert data_of(draw_community(counted, FIRST).html)["homes"]["classes"] == ["4444"]
    assert "至少 1 处" in text_of(draw_community(counted, FIRST, lang="zh").html)


def test_people_not_known_stay_not_known():
    unknown = world.homes().assign(people=np.nan, floor_area_m2=100.0).drop(columns="age_3_6")
    result = world.assessment(homes=unknown)
    data = data_of(draw_community(result, FIRST, lang="zh").html)
    assert data["homes"]["people"] == ["—"] * 4
    assert "按建筑面积加权" in text_of(draw_community(result, FIRST, lang="zh").html)
    assert "人口 —" in text_of(draw_coverage(result, lang="zh").html)


def test_where_nobody_lives_no_clean_bill_is_given():
    everyone = world.homes()
    empty = world.assessment(homes=everyone[everyone["community_id"] != FIRST])
    text = text_of(draw_community(empty, FIRST, lang="zh").html)
    assert text.count("无居住人口，各项指标不适用。") == 2
    assert "没有已确认的短板" not in text


def test_an_unknown_community_is_told(result):
    with pytest.raises(OutputError, match="510402001001"):
        draw_community(result, "999")


# --- laws ---

def test_names_that_would_run_are_text_everywhere():
    plain, hostile = world.assessment(), world.hostile()
    for draw in (draw_coverage, lambda r: draw_community(r, FIRST),
                 lambda r: draw_community(r, SECOND), lambda r: draw_community(r, THIRD)):
        seen, usual = Reader(draw(hostile).html), Reader(draw(plain).html)
        assert "img" not in seen.tags
        assert "onerror" not in seen.names
        assert seen.tags.count("script") == usual.tags.count("script")
    popups = [f["properties"]["popup"]
              for f in data_of(draw_coverage(hostile).html)["communities"]["features"]]
    assert all("img" not in Reader(popup).tags for popup in popups)
    assert world.TAG in text_of(draw_community(hostile, FIRST).html)
    assert world.BRACES in text_of(draw_community(hostile, THIRD).html)
    place = data_of(draw_community(hostile, FIRST).html)["places"]["convenience_store"]
    assert place["texts"][0].startswith(world.TAG + world.CLOSING + world.BRACES)


def test_rows_in_another_order_give_equal_pages(result):
    def turned(table: pd.DataFrame) -> pd.DataFrame:
        return table.iloc[::-1]

    other = world.assessment(communities=turned(world.communities()), homes=turned(world.homes()),
                             amenities=turned(world.amenities()))
    assert draw_coverage(other).html == draw_coverage(result).html
    for unit in world.IDS:
        assert draw_community(other, unit).html == draw_community(result, unit).html


def test_drawing_changes_nothing_it_is_given(result):
    before = [result.study.homes.copy(), result.study.amenities.copy(), result.coverage.copy(),
              result.isochrones.copy()]
    draw_coverage(result)
    draw_community(result, FIRST)
    after = [result.study.homes, result.study.amenities, result.coverage, result.isochrones]
    for one, other in zip(before, after, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))


def test_pages_are_light(result):
    assert len(draw_coverage(result).html) < 300_000
    assert len(draw_community(result, FIRST).html) < 300_000
