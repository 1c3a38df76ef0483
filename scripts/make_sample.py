"""Make data/sample again: the text forms of the embedded sample, which a test holds to the code."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import greenmap as gm

TEXT_FORMS = {".osm", ".csv", ".geojson", ".toml", ".txt"}
KEPT = Path(__file__).parents[1] / "data" / "sample"

if __name__ == "__main__":
    KEPT.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        for file in sorted(gm.write_sample(folder).iterdir()):
            if file.suffix in TEXT_FORMS:
                shutil.copyfile(file, KEPT / file.name)
