"""`greenmap survey`: into the field, and back."""

from __future__ import annotations

from pathlib import Path

import click

from greenmap import i18n, settings
from greenmap.console import Option, Verbs, asked_lang, comforts, say


@click.group(cls=Verbs)
@comforts
def survey() -> None:
    """Make the field survey's workbook, or take it back."""


@survey.command(name="make")
@click.argument("study", type=click.Path(path_type=Path))
@click.option("--community", cls=Option, multiple=True)
@click.option("--each", cls=Option, is_flag=True)
@click.option("--sheet", cls=Option, multiple=True)
@click.option("--out", cls=Option, type=click.Path(path_type=Path))
@comforts
def make_survey(study: Path, community: tuple[str, ...], each: bool, sheet: tuple[str, ...],
                out: Path | None) -> None:
    """Write what is to be checked in the field."""
    import greenmap as gm
    from greenmap.model.file_name import page_names

    sheets = [gm.load_score_sheet(name) for name in sheet]
    result = gm.assess(gm.read_study(study), with_isochrones=False)
    lang = asked_lang() or result.study.lang
    if not each:
        path = gm.write_survey(result, out or study.with_name("survey.xlsx"),
                               communities=community or None, sheets=sheets, lang=lang)
        say("survey_made", path=path)
        return
    folder = out or study.with_name("survey")
    folder.mkdir(parents=True, exist_ok=True)
    names = result.study.communities["name"]
    pages = page_names((str(code), str(name)) for code, name in names.items())
    for code in community or pages:
        path = folder / f"{Path(pages.get(code, code)).stem}.xlsx"
        gm.write_survey(result, path, communities=[code], sheets=sheets, lang=lang)
        say("survey_made", path=path)


@survey.command(name="read")
@click.argument("workbook", type=click.Path(path_type=Path))
@click.option("--study", cls=Option, type=click.Path(path_type=Path), required=True)
@click.option("--out", cls=Option, type=click.Path(path_type=Path))
@comforts
def take_survey(workbook: Path, study: Path, out: Path | None) -> None:
    """Check a filled workbook cell by cell, and tell what it brings."""
    import greenmap as gm

    found = gm.read_survey(workbook, gm.read_study(study))
    lang = settings.current().lang
    say("survey_read", cells=len(found.log), answers=len(found.answers),
        facilities=len(found.facilities), new=len(found.found),
        gates=int(found.gates["access"].notna().sum()), conflicts=len(found.conflicts))
    for row in found.conflicts.to_dict("records"):
        said = {key: row[key] for key in ("source", "sheet", "cell", "subject", "was",
                                          "was_source", "found")}
        say("survey_conflict", **said, field=i18n.text(f"survey.col_{row['field']}", lang),
            taken=i18n.text(f"survey.taken_{row['taken']}", lang))
    if out is not None:
        gm.write_survey_log(found, out, lang=lang)
        say("survey_logged", path=out)
    say("survey_next", workbook=workbook.name, study=study.name)
