"""Make data/sample again: text forms and heights of the sample; a test holds them to the code."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import greenmap as gm

TEXT_FORMS = {".osm", ".csv", ".geojson", ".toml", ".txt"}
HEIGHTS = "dem.tif"  # the study names it
KEPT = Path(__file__).parents[1] / "data" / "sample"

if __name__ == "__main__":
    KEPT.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        for file in sorted(gm.write_sample(folder).iterdir()):
            if file.suffix in TEXT_FORMS or file.name == HEIGHTS:
                shutil.copyfile(file, KEPT / file.name)
