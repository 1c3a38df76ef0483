"""Spoiled files: whatever stands in them, a reader answers or names a fault of ours, soon.

GREENMAP_FUZZ says how many files are spoiled; the suite does a few of each kind.
"""

import os
import random
import resource
import shutil
import signal
import time

import pytest
from mutations import mutate, mutate_inside, seeds

import greenmap as gm
from greenmap.errors import GreenmapError

RUNS = int(os.environ.get("GREENMAP_FUZZ", "320"))
READERS = {
    "homes": gm.read_homes,
    "amenities": gm.read_amenities,
    "communities": gm.read_communities,
    "people": lambda file: gm.read_people(file, count="resident", year=2024),
    "roads": gm.read_roads,
    "network": gm.read_network,
    "study": gm.read_study,
    "standard": gm.load_standard,
}


def late(*_):
    raise TimeoutError("over 10 seconds")


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    return folder, seeds(folder)


def test_sound_files_are_read(sound):
    folder, kinds = sound
    for name, kind in kinds.items():
        READERS[kind](folder / name)


# GDAL tells of the same damage in its own words, also where nothing can be raised
@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::UserWarning",
                            "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("part", range(16))
def test_spoiled_files_are_read_or_named(sound, tmp_path, part):
    folder, kinds = sound
    name, kind = list(kinds.items())[part]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    signal.signal(signal.SIGALRM, late)
    for run in range(RUNS // 16):
        spoil = random.Random(f"{name}{run}")
        work = tmp_path / f"{run}"
        shutil.copytree(folder, work)
        file = work / name
        if name == "areas.shp":
            file = work / spoil.choice(["areas.shp", "areas.dbf", "areas.shx", "areas.prj"])
        zipped = file.suffix in (".xlsx", ".kmz") and run % 2
        file.write_bytes((mutate_inside if zipped else mutate)(file.read_bytes(), spoil))
        signal.alarm(10)
        began = time.monotonic()
        try:
            READERS[kind](work / name)
        except GreenmapError as error:
            assert str(error)
        except Exception as error:
            kept = folder.parent / f"{part}_{run}_{file.name}"
            shutil.copy(file, kept)
            raise AssertionError(f"{kept}: {error!r}") from error
        finally:
            signal.alarm(0)
        assert time.monotonic() - began < 10
        shutil.rmtree(work)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 1_000_000  # kilobytes
