"""What is kept in the cache folder is found again, and never in place of something else."""

from __future__ import annotations

from copy import deepcopy

import numpy as np
import pytest

from greenmap import settings
from greenmap.kept import kept, source_digest
from greenmap.model.notes import Notes


@pytest.fixture
def folder(tmp_path):
    with settings.use(cache_dir=tmp_path):
        yield tmp_path / "sums"


def total(numbers, made):
    def make():
        made.append(numbers)
        return sum(numbers)

    return kept("sums", [bytes(numbers)], make, pack=lambda n: {"sum": np.array(n)},
                unpack=lambda arrays: int(arrays["sum"]))


def test_it_is_made_once_for_each_key(folder):
    made = []
    assert [total([1, 2], made), total([1, 2], made), total([1, 3], made)] == [3, 3, 4]
    assert made == [[1, 2], [1, 3]]
    assert len(list(folder.iterdir())) == 2  # nothing half written is left


@pytest.mark.parametrize("damage", [
    lambda data: b"", lambda data: data[:40], lambda data: b"no archive",
    lambda data: data[:-90] + b"x" * 90])
def test_a_damaged_file_is_made_anew(folder, damage):
    made = []
    total([1, 2], made)
    file, = folder.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert [total([1, 2], made), total([1, 2], made)] == [3, 3]
    assert len(made) == 2


def test_a_foreign_file_is_made_anew(folder):
    made = []
    total([1, 2], made)
    file, = folder.iterdir()
    np.savez(file, other=np.array(9))
    assert total([1, 2], made) == 3
    assert len(made) == 2


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path):
    (tmp_path / "file").write_text("")
    with settings.use(cache_dir=tmp_path / "file"):
        assert [total([1, 2], []), total([1, 2], [])] == [3, 3]


def test_parts_of_a_key_are_not_run_together(folder):
    made = []
    for key in ([b"ab", b"c"], [b"a", b"bc"]):
        kept("sums", key, lambda: made.append(1), pack=lambda _: {}, unpack=lambda _: None)
    assert len(made) == 2


def test_the_source_has_a_digest_by_room():
    assert source_digest("read") == source_digest("read") != source_digest("network")


def test_notes_are_not_taken_apart():
    notes = Notes([("a", 1)])
    assert deepcopy({"notes": notes})["notes"] is notes
    assert notes == (("a", 1),)
