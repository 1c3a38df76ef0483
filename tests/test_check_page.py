"""check.html and check.json: every row and every person accounted for, points on the streets."""

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import greenmap as gm
from greenmap.cli import main
from greenmap.draw.page import external
from greenmap.studies import check_study

STUDIES = Path(__file__).parent / "data" / "studies"
TAG = "<img src=x onerror=alert(1)>"


@pytest.fixture
def small(tmp_path):
    for path in (STUDIES / "small").iterdir():
        shutil.copy(path, tmp_path)
    return tmp_path / "study.toml"


def facts(study, tmp_path, lang="zh"):
    report = check_study(study, lang=lang)
    folder = gm.write_check(report, tmp_path / "check")
    found, page = ((folder / f"check.{kind}").read_text("utf-8") for kind in ("json", "html"))
    return json.loads(found), page


def write(small, name, *lines):
    (small.parent / name).write_text("\n".join(lines), "utf-8")


def test_every_row_of_every_file_is_used_or_has_a_cause(small, tmp_path):
    write(small, "facilities.csv", "设施台账", "id,name,category,lon,lat,状态",
          "k1,河畔幼儿园,kindergarten,118.8715,28.9598,在用",
          "k1,河畔幼儿园,kindergarten,118.8715,28.9598,在用",
          "k2,青龙幼儿园,kindergarten,118.8725,28.9598,已关闭",
          "k3,新幼儿园,kindergarten,118.8725,28.9599,规划",
          "x1,谜之店,不知道,118.8740,28.9598,在用",
          "合计,4,,,,")
    found, _ = facts(small, tmp_path)
    one = next(f for f in found["files"] if f["path"] == "facilities.csv")
    # of seven rows under the heading one is a total, one a repeat, one closed, one planned, one
    # of no category
    assert (one["rows_in"], one["rows_used"]) == (6, 1)
    assert one["left_out"] == {"closed": 1, "exact_repeat": 1, "no_category": 1, "planned": 1,
                               "total_row": 1}
    for one in found["files"]:
        if one["rows_in"] is not None:
            assert one["rows_in"] == one["rows_used"] + sum(one["left_out"].values()), one


def test_people_in_are_people_used_and_left_out_by_cause(small, tmp_path):
    # h9 lies outside; a repeat of h1; the total line's 25 are those of the rows above
    write(small, "homes.csv", "编号,lon,lat,人口", "h1,118.8712,28.9602,10",
          "h1,118.8712,28.9602,10", "h9,118.8900,28.9602,5", "合计,,,25")
    found, page = facts(small, tmp_path)
    told = {one["cause"]: (one["rows"], one["people"]) for one in found["people"]}
    assert told == {"in": (4, 50), "used": (1, 10), "outside": (1, 5), "exact_repeat": (1, 10),
                    "total_row": (1, 25)}
    assert "人口去向" in page and "不在任何社区内" in page


@settings(max_examples=12)
@given(st.lists(st.tuples(st.sampled_from([118.8712, 118.8725, 118.8900]),
                          st.integers(0, 10**9) | st.none(), st.booleans()),
                min_size=1, max_size=8),
       st.integers(0, 10**9))
def test_nobody_vanishes(rows, total):
    """Whatever stands in the column of people is used or left out with its cause, exactly."""
    from tempfile import TemporaryDirectory

    from greenmap.read.communities import read_communities
    from greenmap.read.homes import read_homes
    from greenmap.studies.accounts import account_people

    areas = read_communities(STUDIES / "small" / "communities.geojson")
    lines, people = ["编号,lon,lat,人口"], [1]
    lines.append("h,118.8712,28.9602,1")
    for n, (lon, count, twice) in enumerate(rows):
        line = f"h{n},{lon},28.9602,{'' if count is None else count}"
        lines += [line] * (1 + twice)
        people += [count or 0] * (1 + twice)
    with TemporaryDirectory() as folder:
        file = Path(folder, "homes.csv")
        file.write_text("\n".join([*lines, f"合计,,,{total}"]), "utf-8")
        account = account_people(read_homes(file, communities=areas))
    assert account[0]["people"] == sum(people) + total
    assert account[0]["people"] == sum(one["people"] for one in account[1:])
    assert account[0]["rows"] == len(lines) == sum(one["rows"] for one in account[1:])


def test_the_page_opens_alone_and_what_data_say_is_only_text(small, tmp_path):
    write(small, "facilities.csv", "id,name,category,lon,lat",
          f"{TAG},{TAG},kindergarten,118.8715,28.9598", f"b,{TAG},{TAG},118.8715,28.9598")
    small.write_text(small.read_text("utf-8").replace("河畔小区研究", TAG), "utf-8")
    _, page = facts(small, tmp_path)
    assert external(page) == []
    assert TAG not in page and "&lt;img src=x" in page


def test_a_study_with_faults_has_its_page_too(small, tmp_path):
    write(small, "homes.csv", "编号,lon,lat,人口", "h1,118.8712,28.9602,-3")
    found, page = facts(small, tmp_path, lang="en")
    assert not found["ok"] and [f["key"] for f in found["faults"]] == ["read.too_small"]
    assert "Not ready" in page or "not ready" in page.lower() or "Not yet" in page
    (small.parent / "communities.geojson").unlink()
    found, _ = facts(small, tmp_path)
    assert found["people"] == [] or not found["ok"]


def test_a_file_that_is_no_study_has_data_and_no_page(small, tmp_path):
    small.write_text("[study\n", "utf-8")
    folder = gm.write_check(check_study(small), tmp_path / "check")
    assert sorted(path.name for path in folder.iterdir()) == ["check.json"]


def test_equal_checks_make_equal_files(small, tmp_path):
    first = [part.replace(str(tmp_path), "") for part in map(str, facts(small, tmp_path / "a"))]
    homes = (small.parent / "homes.csv").read_text("utf-8").splitlines()
    again = facts(small, tmp_path / "b")
    assert first == list(map(str, again))
    write(small, "homes.csv", homes[0], *reversed(homes[1:]))
    mixed, _ = facts(small, tmp_path / "c")
    assert mixed["people"] == again[0]["people"]
    assert str(tmp_path) not in json.dumps(mixed)


def test_the_verb_writes_beside_the_study_or_where_it_is_told(small, tmp_path):
    from click.testing import CliRunner

    said = CliRunner().invoke(main, ["check", str(small), "--lang", "en"])
    assert said.exit_code == 0 and "check.html" in said.output
    assert {p.name for p in (small.parent / "check").iterdir()} == {"check.html", "check.json"}
    out = tmp_path / "elsewhere"
    CliRunner().invoke(main, ["check", str(small), "--out", str(out)])
    assert (out / "check.json").is_file()


def test_datum_evidence_stands_in_the_page(shared_data, tmp_path):
    from test_datum_evidence import panzhihua_study

    study = panzhihua_study(shared_data, tmp_path, 'datum = "wgs84"')
    found, page = facts(study, tmp_path)
    (one,) = (f for f in found["files"] if f["role"] == "amenities")
    check = one["datum_check"]
    assert (check["verdict"], check["best"], check["ground"]) == ("other", "gcj02", "buildings")
    assert check["offset_m"] == pytest.approx(425, abs=20)
    assert one["map_service"] == "amap" and one["dropped_columns"] == ["tel"]
    assert one["encoding"] == "gb18030" and one["rows_in"] == 117
    assert "不吻合" in page and "高德" in page


@pytest.mark.browser
def test_chromium_draws_it_offline(small, tmp_path):
    chromium = next((found for name in ("chromium", "chromium-browser", "google-chrome")
                     if (found := shutil.which(name))), None)
    if chromium is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium isn't installed")
        pytest.skip("Chromium isn't installed")
    from playwright.sync_api import sync_playwright

    folder = gm.write_check(check_study(small, lang="zh"), tmp_path / "检查 页")
    wrong = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.context.set_offline(True)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
        page.goto((folder / "check.html").as_uri())
        page.wait_for_selector(".gm-legend li")
        legend = page.locator(".gm-legend").inner_text()
        browser.close()
    assert not wrong
    assert "facilities.csv" in legend and "未接入路网" in legend
