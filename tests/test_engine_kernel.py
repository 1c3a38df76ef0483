from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import greenmap
from greenmap import settings
from greenmap.engine.kernel import cache_folder, kernel


def double(number):
    return 2 * number


@pytest.fixture
def anew(monkeypatch):
    """Look for the folder again, inside the test and after it."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    cache_folder.cache_clear()
    yield monkeypatch
    cache_folder.cache_clear()


def test_a_kernel_is_compiled_once_and_then_loaded(anew, tmp_path):
    with settings.use(cache_dir=tmp_path / "new"):
        first, second = kernel(double), kernel(double)
        assert first(21) == second(21) == 42
    assert sum(first.stats.cache_misses.values()) == 1
    assert sum(second.stats.cache_hits.values()) == 1
    assert Path(first.stats.cache_path).is_relative_to(tmp_path / "new")


def test_a_folder_that_cannot_be_made_means_compiling_anew(anew, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with settings.use(cache_dir=tmp_path / "file"):
        assert cache_folder() is None
        compiled = kernel(double)
        assert compiled(21) == 42
    assert compiled.stats.cache_path is None


def test_a_folder_that_cannot_be_made_is_told_once(anew, tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    with settings.use(cache_dir=tmp_path / "file"), caplog.at_level(logging.WARNING):
        kernel(double)(21)
        kernel(double)(21.0)
    (told,) = caplog.messages
    assert str(tmp_path / "file") in told


def test_compiling_is_told_and_loading_is_not(anew, tmp_path):
    told = []
    with settings.use(cache_dir=tmp_path, lang="en", progress=lambda *step: told.append(step)):
        kernel(double)(21)
        assert [what for _, _, what in told] == ["Compiling the engine, once per version"]
        assert 0 <= told[0][0] < told[0][1]
        kernel(double)(21)
    assert len(told) == 1


def test_a_kernel_is_compiled_apart_for_python_and_for_kernels(anew, tmp_path):
    inner = kernel(double)

    def twice(number):
        return inner(inner(number))

    with settings.use(cache_dir=tmp_path):
        assert kernel(twice)(3) == 12
        assert inner.stats.cache_misses == {}
        assert inner(3) == 6
        assert sum(inner.stats.cache_misses.values()) == 1
        assert kernel(double)(3) == 6


def test_a_package_and_a_home_that_cannot_be_written(tmp_path):
    """Even for the superuser: nothing can be made below a file, nor in /proc."""
    package = tmp_path / "package"
    shutil.copytree(Path(greenmap.__file__).parent, package / "greenmap",
                    ignore=shutil.ignore_patterns("__pycache__"))
    for path in (*package.rglob("*"), package):
        path.chmod(0o555 if path.is_dir() else 0o444)
    file = tmp_path / "file"
    file.write_text("in the way")
    given = {"HOME": file, "XDG_CACHE_HOME": file, "LOCALAPPDATA": file, "PYTHONPATH": package,
             "PYTHONDONTWRITEBYTECODE": "1", "GREENMAP_LANG": "en"}
    env = {key: value for key, value in os.environ.items()
           if key not in ("GREENMAP_CACHE", "NUMBA_CACHE_DIR")}
    env.update({key: str(value) for key, value in given.items()})
    run = subprocess.run(
        [sys.executable, "-m", "greenmap", "demo", "--out", tmp_path / "demo"], env=env,
        cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("can't be kept") == 1, run.stderr
    assert not list(package.rglob("*.nb?"))


def test_a_damaged_cache_is_made_anew(anew, tmp_path):
    with settings.use(cache_dir=tmp_path):
        kernel(double)(21)
        kept = [path for path in tmp_path.rglob("*.nb?") if path.is_file()]
        assert {path.suffix for path in kept} == {".nbi", ".nbc"}
        for path in kept:
            path.write_bytes(b"not what numba wrote")
        assert kernel(double)(21) == 42
        healed = kernel(double)
        assert healed(21) == 42
    assert sum(healed.stats.cache_hits.values()) == 1


def test_a_folder_lost_on_the_way_is_no_error(anew, tmp_path):
    with settings.use(cache_dir=tmp_path / "gone"):
        folder = cache_folder()
        compiled = kernel(double)
        folder.rmdir()
        folder.parent.rmdir()
        (tmp_path / "gone").rmdir()
        (tmp_path / "gone").write_text("in the way")
        assert compiled(21) == 42


def test_the_users_own_numba_folder_goes_first(anew, tmp_path):
    anew.setenv("NUMBA_CACHE_DIR", str(tmp_path / "own"))
    with settings.use(cache_dir=tmp_path / "ours"):
        assert cache_folder().is_relative_to(tmp_path / "own")
