"""Ledgers as offices keep them: everything odd is read, or named by file and row."""

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from greenmap.errors import InputFaults, TableError
from greenmap.model.ledger import check_ledger
from greenmap.read.ledger import read_ledger

AREAS = gpd.GeoDataFrame(
    {"name": ["望江社区", "中心社区", "中心社区"],
     "subdistrict": ["府山街道", "府山街道", "荷花街道"],
     "district": "柯城区", "city": "衢州市"},
    geometry=[shapely.box(118 + k / 100, 28, 118.01 + k / 100, 28.01) for k in range(3)],
    index=pd.Index(["330802001001", "330802001002", "330802002001"], name="community_id"), crs=4326)


def book(folder, rows, merge=()):
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for area in merge:
        made.active.merge_cells(area)
    made.save(folder / "民政.xlsx")
    return folder / "民政.xlsx"


def csv(folder, text, name="教育.csv"):
    (folder / name).write_text(text, "utf-8")
    return folder / name


def kinds(table):
    return [(note["kind"], note["row"]) for note in table.attrs["notes"]]


def test_titles_totals_notes_and_signatures_are_left_out_and_listed(tmp_path):
    file = book(tmp_path, [
        ("柯城区养老设施台账", None, None),
        ("序号", "机构名称", "床位数"),
        ("一、府山街道", None, None),
        (1, "望江驿站", "２０张"),
        (None, "小计", 20),
        ("序号", "机构名称", "床位数"),
        (2, "中心驿站", "待定"),
        ("合计", None, 20),
        ("填表人：某某", None, "2022年3月"),
    ], merge=["A1:C1", "A3:C3"])
    table = read_ledger(file, category="elderly_service_station")
    assert table["name"].tolist() == ["望江驿站", "中心驿站"] and table["row"].tolist() == [4, 7]
    assert table["capacity"].tolist()[0] == 20 and pd.isna(table["capacity"].iloc[1])
    assert dict(table.attrs["left_out"]) == {3: "note_row", 5: "total_row", 6: "heading_again",
                                             8: "total_row", 9: "note_row"}
    check_ledger(table)


def test_a_word_merged_over_rows_is_said_of_each_and_a_number_is_booked_once(tmp_path):
    # 望江社区 spans both rows; the 40 beds are of both together, and nobody wrote whose
    file = book(tmp_path, [("机构名称", "所属社区", "床位数"), ("甲驿站", "望江社区", 40),
                           ("乙驿站", None, None)], merge=["B2:B3", "C2:C3"])
    table = read_ledger(file, communities=AREAS, category="elderly_service_station")
    assert table["community_id"].tolist() == ["330802001001"] * 2
    assert table["capacity"].sum() == 40
    assert ("merged_number", 2) in kinds(table)


def test_two_facilities_in_one_row_become_two(tmp_path):
    file = csv(tmp_path, "园所名称,园所地址,学位数,班数\n"
               "望江幼儿园、滨江幼儿园,人民路1号、人民路9号,300,10、6\n")
    table = read_ledger(file, category="kindergarten")
    assert table["name"].tolist() == ["望江幼儿园", "滨江幼儿园"]
    assert table["address"].tolist() == ["人民路1号", "人民路9号"]
    assert table["classes"].tolist() == [10, 6]
    assert table["capacity"].isna().all()  # 300 of both together: not shared out
    assert kinds(table) == [("split", 2)] and "capacity" in table.attrs["notes"][0]["found"]


def test_two_that_cannot_be_told_apart_are_named(tmp_path):
    table = read_ledger(csv(tmp_path, "园所名称,园所地址\n望江、滨江幼儿园,人民路1号\n"),
                        category="kindergarten")
    assert len(table) == 1 and kinds(table) == [("two_in_one", 2)]
    assert bool(table["doubtful"].iloc[0])


@pytest.mark.parametrize("said, office, found, kind", [
    ("望江社区居委会", "", "330802001001", None),
    ("望江", "", "330802001001", None),
    ("330802001001", "", "330802001001", None),
    ("中心社区", "荷花街道", "330802002001", None),
    ("中心社区", "", None, "community_ambiguous"),
    ("河西社区", "", None, "community_unknown"),
    ("", "", None, "community_blank"),
])  # fmt: skip
def test_the_community_said(tmp_path, said, office, found, kind):
    file = csv(tmp_path, f"园所名称,所属社区,所属街道\n甲幼儿园,{said},{office}\n")
    table = read_ledger(file, communities=AREAS, category="kindergarten")
    assert table["community_id"].iloc[0] == found
    assert kinds(table) == ([(kind, 2)] if kind else [])


def test_one_name_twice_without_community_is_named_and_a_row_twice_is_counted_once(tmp_path):
    text = ("园所名称,园所地址,所属社区\n红星幼儿园,人民路1号,\n红星幼儿园,建设路9号,\n"
            "望江幼儿园,人民路5号,望江\n望江幼儿园,人民路5号,望江\n")
    table = read_ledger(csv(tmp_path, text), communities=AREAS, category="kindergarten")
    assert len(table) == 3 and table.index.is_unique
    told = kinds(table)
    assert ("twice", 5) in told
    assert told.count(("same_name", 2)) == told.count(("same_name", 3)) == 1


def test_one_name_in_two_communities_is_two_facilities(tmp_path):
    text = "园所名称,所属社区\n红星幼儿园,望江社区\n红星幼儿园,330802002001\n"
    table = read_ledger(csv(tmp_path, text), communities=AREAS, category="kindergarten")
    assert list(table.index) == ["教育:红星幼儿园@望江社区", "教育:红星幼儿园@330802002001"]
    assert not kinds(table)


def test_ids_stay_when_rows_move(tmp_path):
    rows = ["甲幼儿园,望江", "乙幼儿园,望江", "甲幼儿园,330802001002"]
    one = read_ledger(csv(tmp_path, "\n".join(["园所名称,所属社区", *rows])),
                      category="kindergarten")
    two = read_ledger(csv(tmp_path, "\n".join(["园所名称,所属社区", *rows[::-1]])),
                      category="kindergarten")
    assert sorted(one.index) == sorted(two.index)


def test_flats_telephones_and_persons_do_not_come_in(tmp_path):
    text = ("机构名称,详细地址,负责人,联系电话\n"
            "甲托育园,锦园小区3栋1单元101室 13812345678,王某,0570-3021234\n")
    table = read_ledger(csv(tmp_path, text), category="nursery")
    assert table["address"].tolist() == ["锦园小区3栋"]
    assert set(table.attrs["dropped_columns"]) == {"负责人", "联系电话"}
    assert "王某" not in table.to_csv() and "138" not in table.to_csv()


def test_a_nine_year_school_is_two_rows_of_one_place(tmp_path):
    file = csv(tmp_path, "学校名称,学校类型\n望江九年一贯制学校,学校\n")
    table = read_ledger(file, mapping={"学校": "primary_school"})
    assert table["category"].tolist() == ["primary_school"]


@pytest.mark.parametrize("text, key", [
    ("序号,床位数\n1,20\n", "ledger.no_name"),
    ("机构名称,床位数\n甲驿站,20\n", "ledger.no_category"),
])  # fmt: skip
def test_a_column_that_must_be_there_is_asked_for(tmp_path, text, key):
    with pytest.raises(InputFaults) as told:
        read_ledger(csv(tmp_path, text))
    assert key in [fault.key for fault in told.value.faults]
    assert "教育.csv" in told.value.text("zh") and "columns" in told.value.text("en")


def test_a_number_that_is_none_is_named_by_its_row(tmp_path):
    file = csv(tmp_path, "机构名称,床位数\n甲驿站,20\n乙驿站,二十左右\n")
    with pytest.raises(InputFaults) as told:
        read_ledger(file, category="nursery")
    fault = told.value.faults[0]
    assert fault.key == "read.not_a_number" and fault.facts["rows"] == "3"


def test_coordinates_are_moved_to_wgs84_and_half_of_one_is_a_fault(tmp_path):
    text = "机构名称,经度,纬度\n甲驿站,118.8612,28.9453\n乙驿站,,\n"
    table = read_ledger(csv(tmp_path, text), category="nursery", datum="gcj02")
    assert 100 < abs(table["lon"].iloc[0] - 118.8612) * 97_000 < 700  # metres a degree of lon here
    assert pd.isna(table["lon"].iloc[1])
    with pytest.raises(InputFaults):
        read_ledger(csv(tmp_path, "机构名称,经度,纬度\n甲驿站,118.8612,\n"), category="nursery")


def test_an_empty_ledger_is_refused(tmp_path):
    with pytest.raises(TableError):
        read_ledger(csv(tmp_path, "机构名称,床位数\n"), category="nursery")
