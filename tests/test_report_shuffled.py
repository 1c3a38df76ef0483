"""The same files with their rows in another order: the same bytes come out."""

import csv
import random

import greenmap as gm
from greenmap.report.folder import files_in
from greenmap.report.write import write_tables


def shuffle(path, seed):
    """Deal the rows of a csv file anew, below its heading."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *rows = list(csv.reader(file))
    random.Random(seed).shuffle(rows)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([head, *rows])


def written(folder, out, threads):
    with gm.use(threads=threads):
        result = gm.assess(gm.read_study(folder / "study.toml"))
    out.mkdir()
    write_tables(result, out)
    return {name: (out / name).read_bytes() for name in files_in(out)}


def test_rows_and_threads_move_no_byte(tmp_path):
    sample = gm.write_sample(tmp_path / "sample")
    first = written(sample, tmp_path / "first", threads=1)
    for name in ("homes.csv", "amenities_wgs84.csv"):
        shuffle(sample / name, seed=7)
    second = written(sample, tmp_path / "second", threads=2)
    assert sorted(first) == sorted(second)
    assert [name for name in first if first[name] != second[name]] == []
