"""The list of places to be located: written, filled in, read back; and ledgers through a study."""

import openpyxl
import pandas as pd
import pytest
from test_match_ledger import AREAS, KINDER, doors, ledger, places

from greenmap.errors import InputFaults, TableError
from greenmap.measure.match_ledger import match_ledger
from greenmap.read.located import read_located
from greenmap.report.ledger_book import write_ledger, write_unlocated

ROWS = (("望江幼儿园分园", KINDER, "01", "人民路3号"), ("=1+1幼儿园", KINDER, "02", None),
        ("望江幼儿园", KINDER, "01", None))


def given(answers=None):
    rows = ledger(*ROWS).assign(community_said="望江", capacity=90.0, floor_m2=None, area_m2=None)
    return match_ledger(rows, communities=AREAS, answers=answers,
                        amenities=places(("望江幼儿园", KINDER, 118.005, 28.005)))


def written(folder, lang="zh"):
    found = given()
    return write_unlocated(found.ledger, found.candidates, folder / "待定位清单.xlsx", lang=lang)


def fill(file, **cells):
    """Write into the row of L0 under the hidden keys."""
    book = openpyxl.load_workbook(file)
    page = book.worksheets[0]
    for row in page.iter_rows():
        keys = {cell.value: cell.column for cell in row if cell.value}
        if "ledger_id" in keys:
            break
    top = row[0].row + 2
    for number in range(top, page.max_row + 1):
        if page.cell(number, keys["ledger_id"]).value == cells.get("of", "L0"):
            for key, value in cells.items():
                if key != "of":
                    page.cell(number, keys[key]).value = value
    book.save(file)
    return file


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_list_hides_its_ids_and_writes_text_as_text(tmp_path, lang):
    page = openpyxl.load_workbook(written(tmp_path, lang)).worksheets[0]
    shown = [[cell.value for cell in row] for row in page.iter_rows()]
    body = [row for row in shown if row[0] in ("L0", "L1")]
    assert [row[0] for row in body] == ["L0", "L1"]  # L2 was matched
    assert page.column_dimensions["A"].hidden
    assert body[1][7] == "=1+1幼儿园"
    assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)
    assert not any("{" in str(cell) for row in shown for cell in row)


def test_equal_matches_make_equal_bytes(tmp_path):
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    one, two = written(tmp_path / "a"), written(tmp_path / "b")
    assert one.read_bytes() == two.read_bytes()
    found = given()
    for folder in ("a", "b"):
        write_ledger(found.ledger, found.notes, tmp_path / folder / "ledger.xlsx")
    assert (tmp_path / "a/ledger.xlsx").read_bytes() == (tmp_path / "b/ledger.xlsx").read_bytes()


def test_a_candidate_picked_is_the_row_s_place(tmp_path):
    answers = read_located(fill(written(tmp_path), pick="1"))
    assert answers == {"L0": {"kind": "map", "key": "P0"}}
    found = given(answers).ledger.loc["L0"]
    assert (found["match"], found["place_id"], found["located_by"]) == ("accepted", "P0", "list")


def test_coordinates_given_place_the_row_in_their_datum(tmp_path):
    file = fill(written(tmp_path), pick="都不是", lon="118.0061", lat="28.0032", datum="wgs84")
    found = given(read_located(file))
    at = found.amenities.loc["L0"].geometry
    assert (round(at.x, 6), round(at.y, 6)) == (118.0061, 28.0032)
    shifted = read_located(fill(written(tmp_path), lon=118.0061, lat=28.0032, datum="gcj02"))["L0"]
    assert 100 < abs(shifted["lon"] - 118.0061) * 98_200 < 800  # metres a degree here


def test_a_door_that_stands_twice_can_be_picked(tmp_path):
    layer = doors(("人民路3号", 118.002, 28.002), ("人民路3号", 118.008, 28.008))
    rows = ledger(("金苗幼儿园", KINDER, "01", "人民路3号")).assign(community_said="望江")
    poi = places(("甲", "pharmacy", 118.003, 28.003))
    found = match_ledger(rows, communities=AREAS, amenities=poi, doors=layer)
    file = write_unlocated(found.ledger, found.candidates, tmp_path / "a.xlsx")
    answers = read_located(fill(file, pick="2"))
    again = match_ledger(rows, communities=AREAS, amenities=poi, doors=layer, answers=answers)
    assert round(again.amenities.loc["L0"].geometry.x, 6) == 118.008


def test_rows_left_blank_stay_unlocated(tmp_path):
    assert read_located(written(tmp_path)) == {}
    assert read_located(fill(written(tmp_path), pick="都不是")) == {}


@pytest.mark.parametrize("cells, key", [
    ({"pick": "1", "lon": "118.1", "lat": "28.1", "datum": "wgs84"}, "ledger.list_both"),
    ({"lon": "118.1"}, "ledger.list_half"),
    ({"lon": "一百一十八度", "lat": "28.1", "datum": "wgs84"}, "ledger.list_not_number"),
    ({"lon": "28.1", "lat": "118.1", "datum": "wgs84"}, "ledger.list_swapped"),
    ({"lon": "39500123.4", "lat": "3101234.5", "datum": "wgs84"}, "ledger.list_outside"),
    ({"lon": "118.1", "lat": "28.1"}, "ledger.list_datum"),
    ({"pick": "3"}, "ledger.list_no_candidate"),
])  # fmt: skip
def test_an_answer_that_cannot_be_read_is_named_by_its_row(tmp_path, cells, key):
    with pytest.raises(InputFaults) as told:
        read_located(fill(written(tmp_path), **cells))
    fault = told.value.faults[0]
    assert fault.key == key and "望江幼儿园分园" in fault.text("zh") and fault.facts["row"] > 3
    assert "{" not in fault.text("zh") + fault.text("en")


def test_a_row_copied_is_named(tmp_path):
    file = fill(written(tmp_path), pick="1")
    book = openpyxl.load_workbook(file)
    page = book.worksheets[0]
    first = next(row for row in page.iter_rows() if row[0].value == "L0")
    page.append([cell.value for cell in first])
    book.save(file)
    with pytest.raises(InputFaults) as told:
        read_located(file)
    assert told.value.faults[0].key == "ledger.list_twice"


def test_another_workbook_is_refused(tmp_path):
    pd.DataFrame({"名称": ["甲"]}).to_excel(tmp_path / "a.xlsx")
    with pytest.raises(TableError) as told:
        read_located(tmp_path / "a.xlsx")
    assert told.value.key == "ledger.not_the_list"
