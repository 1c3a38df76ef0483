"""Folder: a run's files arrive whole or not at all; nothing that isn't ours is touched."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenmap.errors import OutputError
from greenmap.model.file_name import MAX_LENGTH, page_names, safe_name
from greenmap.report.folder import staged


def run(target, files):
    with staged(target) as stage:
        for name, text in files.items():
            path = stage / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def content(folder):
    return {p.relative_to(folder).as_posix(): p.read_text("utf-8")
            for p in folder.rglob("*") if p.is_file() and p.name != "manifest.json"}


def only(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_new_folder_gets_everything(tmp_path):
    out = tmp_path / "结果" / "2022"
    run(out, {"gaps.xlsx": "1", "内部/reach.csv": "2", "manifest.json": "{}"})
    assert content(out) == {"gaps.xlsx": "1", "内部/reach.csv": "2"}
    listed = json.loads((out / "manifest.json").read_text("utf-8"))["files"]
    assert listed == ["gaps.xlsx", "manifest.json", "内部/reach.csv"]
    assert only(out.parent) == ["2022"]  # nothing left beside it


def test_an_error_while_writing_leaves_the_old_run(tmp_path):
    out = tmp_path / "out"
    run(out, {"gaps.csv": "old", "manifest.json": "{}"})

    def broken():
        with staged(out) as stage:
            (stage / "gaps.csv").write_text("new")
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        broken()
    assert content(out) == {"gaps.csv": "old"}
    assert only(tmp_path) == ["out"]


def test_a_file_that_cannot_be_replaced_is_named_and_nothing_changes(tmp_path):
    out = tmp_path / "out"
    run(out, {"coverage.csv": "old", "communities/a.html": "old", "manifest.json": "{}"})
    (out / "gaps.xlsx").mkdir()  # stands in the way as a file open in Excel does
    (out / "reach.csv").mkdir()
    before = (out / "manifest.json").read_text("utf-8")
    with pytest.raises(OutputError) as caught:
        run(out, {"coverage.csv": "new", "gaps.xlsx": "new", "index.html": "new",
                  "reach.csv": "new", "manifest.json": "{}"})
    assert "gaps.xlsx, reach.csv" in caught.value.text("zh")
    assert content(out) == {"coverage.csv": "old", "communities/a.html": "old"}
    assert (out / "manifest.json").read_text("utf-8") == before
    assert only(tmp_path) == ["out"]


def test_files_already_in_place_are_taken_back(tmp_path):
    """A file named `zz` where a folder must come: found only while moving in."""
    out = tmp_path / "out"
    run(out, {"a.csv": "old", "zz": "not ours"})
    with pytest.raises(OutputError, match=r"zz/page\.html"):
        run(out, {"a.csv": "new", "new/b.csv": "new", "zz/page.html": "new"})
    assert content(out) == {"a.csv": "old", "zz": "not ours"}
    assert only(out) == ["a.csv", "zz"]


def test_pages_of_the_last_run_go_and_strangers_stay(tmp_path):
    out = tmp_path / "out"
    run(out, {"communities/1_甲.html": "x", "old/only.csv": "x", "manifest.json": "{}"})
    (out / "communities" / "备注.txt").write_text("mine", encoding="utf-8")
    run(out, {"communities/1_乙.html": "y", "manifest.json": "{}"})
    assert content(out) == {"communities/1_乙.html": "y", "communities/备注.txt": "mine"}
    assert not (out / "old").exists()


def test_a_manifest_cannot_lead_out_of_the_folder(tmp_path):
    out, outside = tmp_path / "out", tmp_path / "precious.csv"
    outside.write_text("mine")
    run(out, {"a.csv": "1"})
    names = ["../precious.csv", str(outside), "x/../../precious.csv"]
    (out / "manifest.json").write_text(json.dumps({"files": names}))
    run(out, {"a.csv": "2", "manifest.json": "{}"})
    assert outside.read_text() == "mine"


@pytest.mark.parametrize("text", ["{", '{"files": 3}', '{"files": [1]}', "[]"])
def test_a_broken_manifest_removes_nothing(tmp_path, text):
    out = tmp_path / "out"
    run(out, {"a.csv": "1", "b.csv": "1"})
    (out / "manifest.json").write_text(text)
    run(out, {"a.csv": "2"})
    assert content(out) == {"a.csv": "2", "b.csv": "1"}


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "out").write_text("x")
    with pytest.raises(OutputError, match="out"):
        run(tmp_path / "out", {"a.csv": "1"})


def test_a_parent_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="file"):
        run(tmp_path / "file" / "out", {"a.csv": "1"})


@given(st.text())
def test_a_name_from_data_is_never_a_path(text):
    name = safe_name(text)
    assert 1 <= len(name) <= MAX_LENGTH
    assert not set('<>:"/\\|?*\n\r\t\0') & set(name)
    assert name not in (".", "..")
    assert not name.endswith((" ", "."))
    assert len(f"{name}.html".encode()) <= 255 or max(map(ord, name)) > 0xFFFF


@given(st.dictionaries(st.text(max_size=3), st.sampled_from(["A", "a", "/", "?", "东"])))
def test_pages_are_as_many_as_communities(names):
    pages = page_names(names.items())
    assert set(pages) == set(names)
    assert len({page.casefold() for page in pages.values()}) == len(names)
