"""Write the gap list of one or more studies, one workbook each, numbered, named after the
study's folder.

python scripts/gap_lists.py data/sample/study.toml --folder data/out/gaps
"""

from __future__ import annotations

import argparse
from pathlib import Path

import greenmap as gm


def main(studies: list[Path], folder: Path, lang: str | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, study in enumerate(studies, start=1):
        result = gm.assess(gm.read_study(study), with_isochrones=False)
        name = f"{number:02d}_{study.resolve().parent.name}.xlsx"
        book = gm.write_report(result, folder / name, lang=lang)
        print(f"{book}: {len(result.gaps)} gaps, {len(result.checks)} to check")
        for gap in result.gaps.sort_values("rank").head(10).itertuples():
            print(f"  {gap.rank:3d}  {gap.community_name}  {gap.clause_id}  "
                  f"{gap.people_missing:.0f}  {gap.cause}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("studies", type=Path, nargs="+")
    parser.add_argument("--folder", type=Path, default=Path("data/out/gaps"))
    parser.add_argument("--lang", choices=["zh", "en"])
    main(**vars(parser.parse_args()))
