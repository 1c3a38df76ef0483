"""Notebooks run from start to end, and both halves of each pair hold the same cells."""

from pathlib import Path

import jupytext
import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.py"))
WRITES = {"01_first_map": ("results/index.html",),
          "02_your_own_data": ("office_coverage.html", "office_results/index.html"),
          "05_standards_and_targets": ("targets/track/track.html", "targets/score.xlsx")}


def cells(notebook):
    return [(cell.cell_type, cell.source) for cell in notebook.cells]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_pair_holds_the_same_cells_and_no_outputs(path):
    text = jupytext.read(path)
    notebook = nbformat.read(path.with_suffix(".ipynb"), as_version=4)
    assert cells(text) == cells(notebook)
    assert all(not cell.get("outputs") for cell in notebook.cells)


# the kernel's own sockets and event loop are not ours to keep tidy
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning",
                            "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_runs_without_a_network(path, tmp_path):
    notebook = jupytext.read(path)
    NotebookClient(notebook, timeout=300, kernel_name="python3",
                   resources={"metadata": {"path": str(tmp_path)}}).execute()
    for name in WRITES[path.stem]:
        assert (tmp_path / "data/out/notebook" / name).is_file()
