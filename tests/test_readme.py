"""What the READMEs show is what runs."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = ["README.md", "README.zh.md"]


def python_of(name):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / name).read_text("utf-8"), re.S)
    assert len(blocks) == 1
    return blocks[0]


@pytest.mark.parametrize("name", READMES)
def test_the_lines_of_python_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    space = {}
    exec(compile(python_of(name), name, "exec"), space)
    assert len(space["result"].gaps) > 0
    assert (tmp_path / "data/out/results/index.html").is_file()
    assert list(tmp_path.glob("*.html"))


def test_both_languages_show_the_same_calls():
    calls = [re.findall(r"gm\.(\w+)", python_of(name)) for name in READMES]
    assert calls[0] == calls[1]


@pytest.mark.parametrize("name", READMES)
def test_files_the_readme_points_to_are_there(name):
    for target in re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text("utf-8")):
        if "://" not in target:
            assert (ROOT / target).exists(), target
