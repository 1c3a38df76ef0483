"""`greenmap score`: points and stars by a score sheet."""

from __future__ import annotations

from pathlib import Path

import click

from greenmap.console import Option, Verb, asked_lang, comforts, say


@click.command(cls=Verb)
@click.argument("study", type=click.Path(path_type=Path))
@click.option("--sheet", cls=Option, default="three-classes-five-stars")
@click.option("--out", cls=Option, type=click.Path(path_type=Path))
@comforts
def score(study: Path, sheet: str, out: Path | None) -> None:
    """Score every community by a sheet."""
    import greenmap as gm
    from greenmap.report.score_book import stars_text

    rules = gm.load_score_sheet(sheet)
    result = gm.assess(gm.read_study(study), with_isochrones=False)
    found = gm.score(result, rules)
    lang = asked_lang() or result.study.lang
    for code, row in found.table.iterrows():
        say("score_row", code=code, name=row["name"], low=f"{row['points_low']:g}",
            high=f"{row['points_high']:g}", of=f"{row['of']:g}",
            stars=stars_text(row["stars_low"], row["stars_high"], lang))
    say("score_done", path=gm.write_score(found, result, out or study.with_name("score.xlsx"),
                                          lang=lang))
