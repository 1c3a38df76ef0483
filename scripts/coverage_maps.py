"""Draw one coverage map per community, and the city map, from a study file.

python scripts/coverage_maps.py data/sample/study.toml data/out/maps
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import greenmap as gm


def main(study: Path, folder: Path, lang: str | None) -> None:
    result = gm.assess(gm.read_study(study))
    pages = {code: "communities/" + re.sub(r'[<>:"/\\|?*\s]', "_", f"{code}_{name}") + ".html"
             for code, name in result.study.communities["name"].items()}
    for code, page in pages.items():
        print(gm.draw_community(result, code, lang=lang).save(folder / page))
    print(gm.draw_coverage(result, lang=lang, links=pages).save(folder / "index.html"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lang", choices=["zh", "en"])
    main(**vars(parser.parse_args()))
