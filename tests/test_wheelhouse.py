"""The offline package: its parts, not its wheels (``make wheelhouse`` builds and checks these)."""

import importlib.util
import re
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


wheelhouse = load(ROOT / "scripts" / "wheelhouse.py")
setup = load(ROOT / "scripts" / "offline" / "install.py")


def test_every_part_is_there_and_used():
    used = {path.name for path in wheelhouse.PARTS.iterdir() if path.is_file()}
    assert set(wheelhouse.FILES.values()) == used
    assert {"安装.bat", "运行示例.bat", "install.sh", "README.txt"} <= set(wheelhouse.FILES)


@pytest.mark.parametrize("name", ["install.bat", "run_demo.bat"])
def test_a_bat_reads_the_same_in_every_code_page(name):
    content = wheelhouse.part(name)
    assert content.count(b"\n") == content.count(b"\r\n") > 5
    assert content.decode("ascii") == content.decode("gbk") == content.decode("utf-8")
    text = content.decode()
    for place in re.findall(r"%(?:~dp0|HERE)%?[^\s\"]*", text):  # paths may hold blanks
        assert re.search(rf'"[^"\n]*{re.escape(place)}[^"\n]*"', text), place


def test_the_readme_opens_in_notepad_and_says_what_was_not_run():
    text = wheelhouse.part("README.txt")
    assert text.startswith(b"\xef\xbb\xbf") and b"\r\n" in text
    assert "没有在真的 Windows 电脑上运行过" in text.decode("utf-8-sig")
    assert "nothing was run on a Windows machine" in text.decode("utf-8-sig")


def test_shell_scripts_keep_their_line_ends():
    assert b"\r" not in wheelhouse.part("install.sh") + wheelhouse.part("run_demo.sh")


def test_equal_parts_make_equal_zips(tmp_path):
    for name in ("a.zip", "b.zip"):
        with ZipFile(tmp_path / name, "w") as book:
            wheelhouse.put(book, "greenmap/安装.bat", wheelhouse.part("install.bat"))
            wheelhouse.put(book, "greenmap/install.sh", b"#!/bin/sh\n", executable=True)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with ZipFile(tmp_path / "a.zip") as book:
        assert book.namelist()[0] == "greenmap/安装.bat"  # the name is marked as UTF-8
        assert book.infolist()[0].flag_bits & 0x800
        assert book.infolist()[1].external_attr >> 16 == 0o755


@pytest.mark.parametrize("change, found", [
    ({}, None),
    ({"version": (3, 10, 4)}, "3.10"),
    ({"version": (3, 14, 0)}, "3.14"),
    ({"bits": 32}, "32"),
    ({"machine": "ARM64"}, "ARM64"),
    ({"system": "Darwin"}, "Darwin"),
    ({"folder": "D:/" + "很深的文件夹/" * 20}, "143"),
])  # fmt: skip
def test_what_stands_in_the_way_is_said_in_both_languages(change, found):
    given = {"version": (3, 12, 1), "bits": 64, "system": "Windows", "machine": "AMD64",
             "folder": "D:/规划 科/greenmap"} | change
    told = setup.trouble(**given)
    assert (told is None) == (found is None)
    if told:
        assert len(told) == 2 and all(found in text for text in told)


def test_every_machine_has_its_list():
    names = {f"{system}-{python}.txt" for system in wheelhouse.PLATFORMS
             for python in wheelhouse.PYTHONS}
    made = {setup.lock_name(system, version) for system in ("Windows", "Linux")
            for version in setup.PYTHONS}
    assert names == made


@pytest.mark.parametrize("tag, windows, linux", [
    ("py3-none-any", True, True),
    ("cp312-cp312-win_amd64", True, False),
    ("cp311-abi3-manylinux_2_28_x86_64", False, True),
    ("cp312-cp312-manylinux2014_x86_64.manylinux_2_17_x86_64", False, True),
    ("cp312-cp312-musllinux_1_2_x86_64", False, False),
])  # fmt: skip
def test_a_zip_for_one_system_leaves_out_the_other_s_wheels(tag, windows, linux):
    assert wheelhouse._runs_on(f"a-1-{tag}.whl", ("windows",)) == windows
    assert wheelhouse._runs_on(f"a-1-{tag}.whl", ("linux",)) == linux


def test_the_installer_needs_nothing_but_python():
    text = (wheelhouse.PARTS / "install.py").read_text("utf-8")
    named = set(re.findall(r"^(?:import|from) (\w+)", text, re.M))
    assert named <= set(sys.stdlib_module_names)
