"""Every form a table comes in gives the same table; every way to be wrong is named."""

import codecs
import csv
import hashlib
import logging
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from greenmap.errors import EncodingError, Fault, Faults, InputError, InputFaults, TableError
from greenmap.read.amenities import read_amenities
from greenmap.read.communities import read_communities
from greenmap.read.encoding import find_encoding
from greenmap.read.homes import read_homes
from greenmap.read.personal import drop_personal
from greenmap.read.tables import read_table
from greenmap.read.values import parse_numbers

BAD = Path(__file__).parent / "data" / "bad"

# file: door, keys of the faults, a fact each must carry
SECOND = {"rows": "2 (乙社区)"}
WRONG = {
    "empty.csv": (read_homes, {"read.empty_file"}, {}),
    "headings_only.csv": (read_homes, {"read.no_rows"}, {}),
    "no_headings.csv": (read_homes, {"read.no_headings"}, {}),
    "no_coordinates.csv": (read_homes, {"read.no_coordinates"}, {"have": "home_id, people"}),
    "coordinates_text.csv": (read_homes, {"read.coords_unreadable"}, {}),
    "coordinates_swapped.csv": (read_homes, {"read.coords_swapped"}, {"rows": "3"}),
    "coordinates_zero.csv": (read_homes, {"read.coords_zero"}, {"rows": "3"}),
    "coordinates_metres.csv": (read_homes, {"read.coords_metres"}, {}),
    "coordinates_off_earth.csv": (read_homes, {"read.coords_outside"}, {"rows": "3"}),
    "datum_in_heading.csv": (read_homes, {"read.datum_heading"}, {"named": "gcj02"}),
    "people_text.csv": (read_homes, {"read.not_a_number"}, {"rows": "3", "found": "'三人'"}),
    "people_negative.csv": (read_homes, {"read.too_small"}, {"rows": "3", "found": "-3"}),
    "people_all_zero.csv": (read_homes, {"read.nobody"}, {}),
    "elderly_more_than_people.csv": (
        read_homes, {"read.group_larger"}, {"rows": "3", "column": "elderly_60"},
    ),
    "ids_twice.csv": (read_homes, {"read.id_twice"}, {"ids": "A", "rows": "2, 3"}),
    "ids_blank.csv": (read_homes, {"read.id_blank"}, {"rows": "3"}),
    "heading_twice.csv": (read_homes, {"read.heading_twice"}, {"heading": "人口"}),
    "rows_too_wide.csv": (read_homes, {"read.too_wide"}, {"rows": "3", "width": 4}),
    "neither_utf8_nor_gb18030.csv": (read_homes, {"read.encoding_unknown"}, {}),
    "people_source_unknown.csv": (read_homes, {"read.word_unknown"}, {"rows": "2"}),
    "status_unknown.csv": (read_amenities, {"read.word_unknown"}, {"found": "也许"}),
    "no_category.csv": (read_amenities, {"read.no_category"}, {}),
    "not_a_workbook.xlsx": (read_homes, {"read.bad_workbook"}, {}),
    "not_a_geopackage.gpkg": (read_communities, {"read.unreadable"}, {}),
    "wrong_ending.doc": (read_homes, {"read.export_word"}, {}),
    "cut_short.geojson": (read_communities, {"read.unreadable"}, {}),
    "no_features.geojson": (read_communities, {"read.no_rows"}, {}),
    "boundary_point.geojson": (read_communities, {"read.not_polygons"}, SECOND),
    "boundary_line.geojson": (read_communities, {"read.not_polygons"}, SECOND),
    "boundary_null.geojson": (read_communities, {"read.no_geometry"}, SECOND),
    "boundary_empty.geojson": (read_communities, {"read.no_geometry"}, SECOND),
    "boundary_bow_tie.geojson": (read_communities, {"read.boundary_broken"}, SECOND),
    "boundary_hole_outside.geojson": (read_communities, {"read.boundary_broken"}, SECOND),
    "boundary_no_area.geojson": (read_communities, {"read.boundary_no_area"}, SECOND),
    "boundary_swapped.geojson": (read_communities, {"read.boundary_off_earth"}, SECOND),
    "boundary_ids_twice.geojson": (read_communities, {"read.id_twice"}, {"rows": "1, 2"}),
    "boundary_without_names.geojson": (read_communities, {"read.no_name"}, {}),
    "boundary_name_blank.geojson": (read_communities, {"read.name_blank"}, {"rows": "2"}),
    "degrees_declared_metres_found.geojson": (
        read_communities, {"model.crs_not_degrees"}, {},
    ),
    "metres_declared_degrees_found.geojson": (
        read_communities, {"model.crs_not_metres"}, {},
    ),
}  # fmt: skip


def faults_of(read, path, **options):
    with pytest.raises(InputError) as caught:
        read(path, **options)
    error = caught.value
    return error.faults if isinstance(error, InputFaults) else (Fault(error.key, error.facts),)


@pytest.mark.parametrize("name", WRONG)
def test_each_way_to_be_wrong_is_named_with_its_row_in_both_languages(name):
    read, keys, facts = WRONG[name]
    found = faults_of(read, BAD / name)
    assert {fault.key for fault in found} == keys
    for fault in found:
        assert facts.items() <= {k: v for k, v in fault.facts.items() if k in facts}.items()
        for lang in ("zh", "en"):
            assert name in fault.text(lang)


def test_every_bad_file_is_tried():
    others = {"coordinates_blank.csv", "several_faults.csv"}
    assert {path.name for path in BAD.iterdir()} == WRONG.keys() | others


def test_all_faults_of_a_file_are_told_at_once():
    found = {(fault.key, fault.facts.get("rows")) for fault in faults_of(
        read_homes, BAD / "several_faults.csv")}
    assert found == {
        ("read.id_twice", "2, 3"),
        ("read.too_small", "2"),
        ("read.not_a_number", "3"),
        ("read.coords_blank", "3"),
        ("read.coords_swapped", "4"),
    }


def test_blank_coordinates_are_named_by_column_and_row():
    found = faults_of(read_homes, BAD / "coordinates_blank.csv")
    assert [(f.facts["column"], f.facts["rows"]) for f in found] == [("经度", "3"), ("纬度", "4")]


def test_a_missing_file_names_its_neighbours(tmp_path):
    (tmp_path / "b.csv").write_text("x")
    (tmp_path / "a.csv").write_text("x")
    (tmp_path / "c.gpkg").write_text("x")
    (fault,) = faults_of(read_homes, tmp_path / "homes.csv")
    assert fault.key == "read.no_file"
    assert fault.facts["found"] == "a.csv, b.csv"


def test_an_unknown_heading_or_column_lists_what_there_is():
    found = faults_of(read_homes, BAD / "people_text.csv", columns={"people": "pop", "age": "x"})
    assert {f.key for f in found} >= {"read.heading_missing", "read.column_unknown"}
    by_key = {f.key: f.facts for f in found}
    assert by_key["read.heading_missing"]["have"] == "编号, 人口, 经度, 纬度"
    assert "elderly_60" in by_key["read.column_unknown"]["known"]


ROWS = [["编号", "人口", "经度", "纬度"], ["甲1", "36", "101.71", "26.58"],
        ["乙2", "12", "101.72", "26.59"]]  # fmt: skip


def text_of(rows, mark=","):
    return "".join(mark.join(row) + "\r\n" for row in rows)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gbk", "gb18030"), ("utf-16", "utf-16")],
)
def test_text_is_read_in_any_encoding_and_with_any_delimiter(tmp_path, mark, encoding, said):
    file = tmp_path / "homes.csv"
    file.write_bytes(text_of(ROWS, mark).encode(encoding))
    homes = read_homes(file)
    assert homes["people"].to_dict() == {"甲1": 36.0, "乙2": 12.0}
    assert homes.attrs["source"]["encoding"] == said


def test_a_stated_encoding_is_taken_and_a_wrong_one_refused(tmp_path):
    file = tmp_path / "homes.csv"
    file.write_bytes("id,people,lon,lat\n園區,36,101.71,26.58\n".encode("big5"))
    assert read_homes(file, encoding="big5").index[0] == "園區"
    with pytest.raises(EncodingError) as caught:
        read_homes(file, encoding="utf-8")
    assert caught.value.key == "read.encoding_given"
    with pytest.raises(EncodingError) as caught:
        read_homes(file, encoding="klingon")
    assert caught.value.key == "read.encoding_name"


@given(st.text(st.characters(blacklist_categories=("Cs",)), min_size=1))
def test_utf8_is_never_taken_for_something_else(text):
    assert find_encoding(text.encode(), source="x") in ("utf-8", "utf-8-sig", "utf-16")


def test_the_source_record_is_complete(tmp_path):
    file = tmp_path / "homes.csv"
    file.write_text(text_of(ROWS), "utf-8")
    assert read_homes(file, as_of="2022-03").attrs["source"] == {
        "name": "homes.csv", "rows_in": 2, "rows_out": 2, "encoding": "utf-8", "layer": None,
        "crs": "EPSG:4326", "datum": "wgs84", "as_of": "2022-03",
        "digest": hashlib.sha256(file.read_bytes()).hexdigest(),
    }  # fmt: skip


def workbook(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
        if len([cell for cell in rows[0] if cell]) == 1:
            page.merge_cells("A1:D1")
    book.save(path)
    return path


def test_a_workbook_s_notes_titles_and_totals_are_seen_through(tmp_path):
    table = [["设施台账", None, None, None], ["编号 ", "常住人口", "经度", "纬度"],
             [330802001001, 36, 101.71, 26.58], [330802001002, "１２", 101.72, 26.59],
             ["合 计".replace(" ", ""), 48, None, None]]  # fmt: skip
    file = workbook(tmp_path / "ledger.xlsx", {"说明": [["坐标系"], ["来源"]], "居住点": table})
    homes = read_homes(file)
    assert homes["people"].to_dict() == {"330802001001": 36.0, "330802001002": 12.0}
    assert homes.attrs["left_out"] == ((5, "total_row"),)  # line 5 of the sheet
    assert (homes.attrs["source"]["rows_in"], homes.attrs["source"]["rows_out"]) == (3, 2)
    assert homes.attrs["source"]["layer"] == "居住点"


def test_a_sheet_is_asked_for_where_nothing_tells_them_apart(tmp_path):
    rows = [["a", "b"], ["1", "2"]]
    file = workbook(tmp_path / "two.xlsx", {"一": rows, "二": rows})
    (fault,) = faults_of(read_homes, file)
    assert (fault.key, fault.facts["have"]) == ("read.which_layer", "一, 二")
    (fault,) = faults_of(read_homes, file, layer="三")
    assert (fault.key, fault.facts["have"]) == ("read.no_layer", "一, 二")


def test_leading_noughts_and_long_codes_stay_text(tmp_path):
    file = tmp_path / "poi.csv"
    file.write_text("id,typecode,name,location\nB0,060200,店,\"101.71,26.58\"\n", "utf-8")
    amenities = read_amenities(file)
    assert amenities["type_code"].tolist() == ["060200"]
    assert amenities["category"].tolist() == ["convenience_store"]


def test_an_exact_repeat_is_left_out_and_listed_only_where_rows_have_ids(tmp_path):
    file = tmp_path / "homes.csv"
    file.write_text(text_of([*ROWS, ROWS[1]]), "utf-8")
    homes = read_homes(file)
    assert homes.attrs["left_out"] == ((4, "exact_repeat"),)
    # without ids two equal rows may be two buildings of one compound
    file.write_text(text_of([row[1:] for row in [*ROWS, ROWS[1]]]), "utf-8")
    assert read_homes(file)["people"].tolist() == [36.0, 12.0, 36.0]


def square(x, y, size=0.01):
    return shapely.box(x, y, x + size, y + size)


@pytest.fixture
def areas():
    return gpd.GeoDataFrame(
        {"编码": ["510402001001", "510402001002"], "社区名称": ["滨河社区", "炳草岗社区"]},
        geometry=[square(101.70, 26.58), square(101.72, 26.58)],
        crs=4326,
    )


def same_shapes(one, two, tolerance):
    pair = (shapely.normalize(table.geometry.to_numpy()) for table in (one, two))
    return shapely.equals_exact(*pair, tolerance).all()


@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson", "parquet"])
def test_every_layered_form_gives_the_same_boundaries(tmp_path, areas, ending):
    file = tmp_path / f"areas.{ending}"
    if ending == "parquet":
        pytest.importorskip("pyarrow")
        areas.to_parquet(file)
    else:
        areas.rename(columns={"编码": "code", "社区名称": "name"}).to_file(file)
    found = read_communities(file)
    assert found.index.tolist() == ["510402001001", "510402001002"]
    assert found["name"].tolist() == ["滨河社区", "炳草岗社区"]
    assert found.crs == "EPSG:4326"
    assert same_shapes(found, areas, 1e-9)


def test_kml_takes_its_names(tmp_path, areas):
    file = tmp_path / "areas.kml"
    areas.rename(columns={"社区名称": "Name"})[["Name", "geometry"]].to_file(
        file, driver="KML", engine="pyogrio"
    )
    found = read_communities(file)
    assert found["name"].tolist() == ["滨河社区", "炳草岗社区"]
    assert found.index.is_unique
    assert not found.has_z.any()


def shapefile(areas, path, encoding):
    """A shapefile as old ArcGIS writes it: no .cpg, language byte 0, names cut at 10 bytes."""
    areas.set_axis(["code", "NAMEFIELD1", "geometry"], axis=1).to_file(path, encoding=encoding)
    path.with_suffix(".cpg").unlink()
    heading = "社区名称".encode(encoding)[:10].ljust(10, b"\0")
    data = bytearray(path.with_suffix(".dbf").read_bytes().replace(b"NAMEFIELD1", heading, 1))
    data[29] = 0
    path.with_suffix(".dbf").write_bytes(bytes(data))
    return path


@pytest.mark.parametrize(("written", "said"), [("GBK", "gb18030"), ("UTF-8", "utf-8")])
def test_a_shapefile_without_cpg_is_decoded_from_its_own_bytes(tmp_path, areas, written, said):
    found = read_communities(shapefile(areas, tmp_path / "areas.shp", written))
    assert found["name"].tolist() == ["滨河社区", "炳草岗社区"]
    assert found.attrs["source"]["encoding"] == said


def test_a_cpg_that_lies_is_not_believed(tmp_path, areas):
    shapefile(areas, tmp_path / "areas.shp", "GBK")
    (tmp_path / "areas.cpg").write_text("UTF-8")
    assert read_communities(tmp_path / "areas.shp")["name"].tolist() == ["滨河社区", "炳草岗社区"]


def test_a_shapefile_without_its_parts_says_so(tmp_path, areas):
    shapefile(areas, tmp_path / "areas.shp", "GBK")
    (tmp_path / "areas.dbf").unlink()
    (fault,) = faults_of(read_communities, tmp_path / "areas.shp")
    assert fault.key == "read.shp_parts"


def test_a_shapefile_s_digest_covers_its_attributes(tmp_path, areas):
    for name, table in (("a", areas), ("b", areas.assign(社区名称=["甲", "乙"]))):
        (tmp_path / name).mkdir()
        shapefile(table, tmp_path / name / "areas.shp", "GBK")
    digests = {
        read_communities(tmp_path / name / "areas.shp").attrs["source"]["digest"]
        for name in ("a", "b")
    }
    assert len(digests) == 2


def test_layers_are_listed_where_one_must_be_chosen(tmp_path, areas):
    file = tmp_path / "two.gpkg"
    areas.to_file(file, layer="社区")
    areas.to_file(file, layer="小区")
    (fault,) = faults_of(read_communities, file)
    assert (fault.key, fault.facts["have"]) == ("read.which_layer", "社区, 小区")
    (fault,) = faults_of(read_communities, file, layer="街道")
    assert fault.key == "read.no_layer"
    assert len(read_communities(file, layer="小区")) == 2


def test_no_crs_asks_for_it(tmp_path, areas):
    shapefile(areas.to_crs(4543), tmp_path / "areas.shp", "UTF-8")
    (tmp_path / "areas.prj").unlink()
    (fault,) = faults_of(read_communities, tmp_path / "areas.shp")
    assert fault.key == "model.crs_missing"
    assert "crs = " in fault.text("zh")
    found = read_communities(tmp_path / "areas.shp", crs="EPSG:4543")
    assert same_shapes(found, areas, 1e-8)  # back within a millimetre
    (fault,) = faults_of(read_communities, tmp_path / "areas.shp", crs="EPSG:99999")
    assert fault.key == "model.crs_unknown"


def test_personal_columns_are_dropped_and_named_without_their_cells(tmp_path, caplog):
    file = tmp_path / "homes.csv"
    file.write_text(
        "编号,人口,户主姓名,联系电话,备注,osm_id,身份,经度,纬度\n"
        "A,3,张三,0812-3333333,找李四13812345678,13012345678,11010519491231002X,101.71,26.58\n",
        "utf-8",
    )
    with caplog.at_level(logging.WARNING, "greenmap.read"):
        homes = read_homes(file)
    assert homes.attrs["dropped_columns"] == ("户主姓名", "联系电话", "备注", "身份")
    assert "osm_id" in homes.columns  # eleven digits, but an id of a map
    said = "".join(record.getMessage() for record in caplog.records)
    assert "联系电话" in said
    for secret in ("张三", "3333333", "13812345678", "11010519491231002X"):
        assert secret not in said
        assert secret not in homes.to_csv()


def test_a_personal_column_can_not_be_asked_for(tmp_path):
    file = tmp_path / "homes.csv"
    file.write_text("编号,人口,户主姓名,经度,纬度\nA,3,张三,101.71,26.58\n", "utf-8")
    keys = {f.key for f in faults_of(read_homes, file, name="户主姓名")}
    assert keys == {"read.column_personal"}


@pytest.mark.parametrize(
    ("heading", "cell", "dropped"),
    [
        ("tel", "", True), ("Phone", "x", True), ("手机", "x", True), ("门牌号", "12", True),
        ("室号", "501", True), ("备注", "3栋2单元501室", True), ("备注", "010-62737890", True),
        ("备注", "11010519491231002X", True), ("备注", "110105194912310021", False),
        ("备注", "人民街12号", False), ("手机店数量", "3", False), ("name", "电话局宿舍", False),
        ("备注", "101.713812345678", False), ("备注", "330802001001", False),
    ],
)  # fmt: skip
def test_what_counts_as_personal(heading, cell, dropped):
    table = pd.DataFrame({"a": ["x"], heading: [cell]})
    assert bool(drop_personal(table, file="t.csv")[1]) is dropped


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_come_back_as_they_were_written(value):
    numbers, unreadable = parse_numbers(pd.Series([repr(value)], dtype=object))
    assert numbers[0] == value
    assert not unreadable.any()


def test_infinity_is_not_a_number():
    numbers, unreadable = parse_numbers(pd.Series(["inf", "1e999", "-∞", "1_0", "5"], dtype=object))
    assert unreadable.tolist() == [True, True, True, True, False]
    assert numbers[4] == 5


def test_the_caller_s_mapping_of_columns_wins(tmp_path):
    file = tmp_path / "homes.csv"
    file.write_text("编号,人口,户籍人口,经度,纬度\nA,3,7,101.71,26.58\n", "utf-8")
    homes = read_homes(file, columns={"people": "户籍人口"})
    assert homes["people"].tolist() == [7.0]
    assert homes["人口"].tolist() == ["3"]  # carried, not read


def test_a_cell_with_a_line_break_keeps_the_rows_numbers(tmp_path):
    file = tmp_path / "homes.csv"
    file.write_text(
        '编号,人口,备注,经度,纬度\nA,3,"一\n二",101.7,26.5\nB,-1,,101.7,26.5\n', "utf-8"
    )
    (fault,) = faults_of(read_homes, file)
    assert fault.facts["rows"] == "3"  # as the sheet shows it, not the line of the text


def test_a_table_alone_gives_no_boundaries():
    keys = {f.key for f in faults_of(read_communities, BAD / "people_negative.csv")}
    assert keys == {"read.boundaries_flat"}


def test_an_unquoted_null_byte_or_endless_cell_is_our_error(tmp_path):
    file = tmp_path / "homes.csv"
    file.write_bytes(codecs.BOM_UTF8 + b"id,people,lon,lat\n" + b"x" * 200_000 + b",1,2,3\n")
    (fault,) = faults_of(read_homes, file)
    assert fault.key == "read.bad_csv"


def test_reading_a_table_by_hand_keeps_other_columns(tmp_path):
    file = tmp_path / "homes.csv"
    file.write_text(text_of([[*row, f"x{k}"] for k, row in enumerate(ROWS)]), "utf-8")
    raw = read_table(file, "homes", faults=Faults())
    assert raw.frame.columns.tolist() == ["home_id", "people", "经度", "纬度", "x0"]
    assert raw.rows.tolist() == [2, 3]


def test_two_headings_are_needed_for_a_mapping(tmp_path):
    file = tmp_path / "mapping.csv"
    file.write_text("类别\n停车场\n", "utf-8")
    with pytest.raises(TableError) as caught:
        read_amenities(BAD / "no_category.csv", mapping=file)
    assert caught.value.key == "read.mapping_columns"


CELLS = st.one_of(
    st.sampled_from(["", "a", "b", "合计", "101.7", "26.5", "-1", "3", "1e400", "１２", '"', "无"]),
    st.text(st.characters(blacklist_categories=("Cs",)), max_size=4),
)


@given(st.lists(st.lists(CELLS, min_size=4, max_size=4), max_size=4))
def test_whatever_stands_in_the_cells_no_row_vanishes(rows):
    with TemporaryDirectory() as folder:
        file = Path(folder, "homes.csv")
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([["编号", "人口", "经度", "纬度"], *rows])
        try:
            homes = read_homes(file)
        except InputError as error:
            assert error.text("zh") and error.text("en")
            return
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    source = homes.attrs["source"]
    assert source["rows_in"] == len(filled)
    assert source["rows_out"] == len(homes) == len(filled) - len(homes.attrs["left_out"])
