from __future__ import annotations

from pathlib import Path

import pytest

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
