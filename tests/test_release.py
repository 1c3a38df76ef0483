"""Release: what is handed to the public holds no home, gate, place, or exact coordinate."""

import re
import struct
import zipfile
from dataclasses import replace
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
import shapely
import worlds_assessment as world
from pyproj import Transformer

from greenmap.draw.city_map import draw_coverage
from greenmap.draw.community_map import draw_community
from greenmap.errors import InputFaults, OutputError, StudyError
from greenmap.measure.assess import assess
from greenmap.model.small_group import small_groups
from greenmap.report.write import write_report
from greenmap.results import write_results
from greenmap.sample import write_sample
from greenmap.studies import check_study, read_study

APPROVAL = "川S(2026)099号"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The sample district with its facilities declared Amap's, assessed for the public."""
    folder = tmp_path_factory.mktemp("sample")
    file = write_sample(folder) / "study.toml"
    text = file.read_text("utf-8").replace(
        "[study]", f'[study]\nrelease = "public"\nmap_approval = "{APPROVAL}"', 1)
    file.write_text(text, "utf-8")
    return assess(read_study(file))


@pytest.fixture(scope="module")
def folder(sample, tmp_path_factory):
    place = tmp_path_factory.mktemp("public") / "results"
    write_results(sample, place)
    return place


def every_byte(folder):
    """All bytes of all files; what is packed is unpacked as well."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            yield path.name, data
            if zipfile.is_zipfile(BytesIO(data)):
                with zipfile.ZipFile(BytesIO(data)) as archive:
                    for name in archive.namelist():
                        yield f"{path.name}/{name}", archive.read(name)


def test_no_name_and_no_id_of_a_place_or_home_leaves(sample, folder):
    study = sample.study
    names = {name for name in study.amenities["name"].dropna() if len(name) > 4}
    ids = {str(key) for key in study.amenities.index} | {str(key) for key in study.homes.index}
    gates = {str(key) for key in study.network.barriers.gate_id}
    # ids of figures only are too short to be told from other figures
    wanted = [text.encode() for text in names | {key for key in ids | gates if len(key) > 5}]
    assert len(names) > 50 and len(wanted) > 500
    hunted = re.compile(b"|".join(map(re.escape, sorted(wanted, key=len, reverse=True))))
    for name, data in every_byte(folder):
        found = hunted.search(data)
        assert found is None, (name, found.group().decode())


def test_no_exact_coordinate_leaves(sample, folder):
    """Neither as text with five decimals of a degree, nor as the doubles of a GIS file."""
    study = sample.study
    told = set()
    for table in (study.homes, study.amenities):
        points = shapely.centroid(table.geometry.to_numpy())
        x, y = shapely.get_x(points), shapely.get_y(points)
        lon, lat = Transformer.from_crs(study.crs, 4326, always_xy=True).transform(x, y)
        told |= {f"{value:.5f}".encode() for value in np.r_[lon, lat] if round(value, 4) != value}
        told |= {struct.pack("<d", value) for value in np.r_[x, y]}
    degrees = re.compile(rb"\d{2,3}\.\d{5}")
    for name, data in every_byte(folder):
        if name.endswith(".gpkg"):
            assert not any(value in data for value in told if len(value) == 8), name
        elif name.endswith(".html"):
            page = data[data.index(b'id="greenmap-data"'):]
            page = page[:page.index(b"</script>")]
            assert not set(degrees.findall(page)) & told, name


def test_what_is_written(folder):
    written = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")
                     if path.is_file())
    assert written == ["checks.csv", "coverage.csv", "gaps.csv", "gaps.xlsx", "index.html",
                       "manifest.json", "results.gpkg"]
    import pyogrio

    layers = {name for name, _ in pyogrio.list_layers(folder / "results.gpkg")}
    assert {"communities", "gaps", "checks"} <= layers
    assert not {"homes", "facilities", "isochrones"} & layers


def test_the_approval_stands_on_the_page_and_the_workbook(sample, folder):
    page = (folder / "index.html").read_text("utf-8")
    assert f"审图号：{APPROVAL}" in page and "不得公开" not in page
    texts = b"".join(data for name, data in every_byte(folder) if name.startswith("gaps.xlsx/"))
    assert APPROVAL.encode() in texts and "不得公开".encode() not in texts


def test_the_office_keeps_its_mark(tmp_path):
    """Without a word of release everything says that it stays inside."""
    result = world.assessment()
    write_results(result, tmp_path / "out", lang="zh")
    mark = "内部工作用图·未经审核·不得公开".encode()
    for name, data in every_byte(tmp_path / "out"):
        if name.endswith(".html") or name == "gaps.xlsx/xl/sharedStrings.xml":
            assert mark in data, name


def test_a_public_release_needs_its_number(tmp_path):
    file = write_sample(tmp_path) / "study.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("[study]", '[study]\nrelease = "public"', 1), "utf-8")
    assert [f.key for f in check_study(file).faults] == ["measure.release_needs_approval"]
    with pytest.raises(InputFaults):
        read_study(file)
    file.write_text(text.replace("[study]", '[study]\nrelease = "secret"', 1), "utf-8")
    assert [f.key for f in check_study(file).faults] == ["study.bad_release"]
    with pytest.raises(StudyError, match="audit"):
        replace(world.assessment().study, release="audit")
    with pytest.raises(StudyError, match="审图号"):
        replace(world.assessment().study, release="public", map_approval="  ")


def public(result, **changes):
    return replace(result, study=replace(result.study, release="public", map_approval=APPROVAL,
                                         **changes))


def test_no_page_of_a_single_community():
    with pytest.raises(OutputError) as stopped:
        draw_community(public(world.assessment()), world.IDS[0])
    assert stopped.value.key == "draw.community_not_public"


def test_boundaries_of_a_map_service_stop_a_public_release(tmp_path):
    file = write_sample(tmp_path) / "study.toml"
    text = file.read_text("utf-8").replace(
        "[study]", f'[study]\nrelease = "public"\nmap_approval = "{APPROVAL}"', 1)
    text = text.replace("[communities]", '[communities]\ndatum = "gcj02"', 1)
    text = re.sub(r'(\[communities\]\ndatum = "gcj02"[^\[]*?)datum = "wgs84"\n', r"\1", text)
    file.write_text(text, "utf-8")
    assert "study.public_boundaries" in [f.key for f in check_study(file).faults]


def coverage(*rows):
    """Rows of (unit, people, covered, unknown)."""
    table = pd.DataFrame(rows, columns=["unit_id", "people", "people_covered", "people_unknown"])
    table["clause_id"], table["people_basis"] = "convenience-5min", "measured"
    return table.set_index(["unit_id", "clause_id"])


@pytest.mark.parametrize(("row", "mark"), [
    ((100, 50, 0), ""), ((100, 100, 0), ""), ((100, 0, 0), ""), ((0, 0, 0), ""),
    ((9, 9, 0), "few"), ((10, 10, 0), ""), ((100, 95, 0), "part"), ((100, 4, 0), "part"),
    ((100, 90, 5), "part"), ((100, 50, 45), "part"), ((100, 50, 50), ""),
])  # fmt: skip
def test_few_people_are_hidden_whichever_side_they_are_on(row, mark):
    study = world.assessment().study
    table = coverage(("A", *row), ("B", 100, 50, 0))
    units = pd.DataFrame({"parent_id": [None, None]}, index=["A", "B"])
    hidden = small_groups(table, units=units, standard=study.standard, everyone=True)
    assert hidden["A", "convenience-5min"] == mark
    # inside the office only groups by age are hidden
    inside = small_groups(table, units=units, standard=study.standard)
    assert (inside == "").all()


def test_one_community_of_a_few_takes_another_with_it(tmp_path):
    """People 7 in the first community: its count and the smallest other are not printed."""
    result = world.assessment()
    homes = result.study.homes.copy()
    homes["people"] = 0.0
    homes.loc[homes["community_id"] == world.IDS[0], "people"] = [7.0, 0, 0, 0]
    homes.loc[homes["community_id"] == world.IDS[1], "people"] = 25.0
    homes.loc[homes["community_id"] == world.IDS[2], "people"] = 50.0
    few = public(assess(replace(result.study, homes=homes), with_isochrones=False))
    page = draw_coverage(few, lang="en").html
    row = re.search(r"<tr><td>乙[^\n]*?</tr>", page)
    assert row and "100" not in row.group().split("</td>")[1]
    write_report(few, tmp_path / "gaps.xlsx", lang="en")
