"""`greenmap track`: where a programme stands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from greenmap import i18n, settings
from greenmap.console import Option, Verb, comforts, say

if TYPE_CHECKING:
    from greenmap.model.track import Track


@click.command(cls=Verb)
@click.argument("targets")
@click.option("--status", cls=Option, type=click.Path(path_type=Path))
@click.option("--study", cls=Option, type=click.Path(path_type=Path))
@click.option("--as-of", cls=Option)
@click.option("--choose", cls=Option, multiple=True)
@click.option("--only", cls=Option, multiple=True)
@click.option("--city", cls=Option, default="")
@click.option("--out", cls=Option, type=click.Path(path_type=Path))
@comforts
def track(targets: str, status: Path | None, study: Path | None, as_of: str | None,
          choose: tuple[str, ...], only: tuple[str, ...], city: str, out: Path | None) -> None:
    """Hold the status of communities against a programme's targets."""
    import greenmap as gm
    from greenmap.studies.programme import StudyProgramme, study_programme

    own = _is_study(targets)
    place = Path(targets) if own else study
    read = None if place is None else gm.read_study(place)
    known = None if read is None else read.communities
    if own and known is not None:
        asked = study_programme(targets, known)
    else:
        rows = None if status is None else gm.read_status(status, communities=known, as_of=as_of)
        asked = StudyProgramme(gm.load_programme(targets), rows, as_of, choose, only, city)
    result = None if read is None else gm.assess(read, with_isochrones=False)
    found = asked.track(result)
    _tell(found, listed=asked.status is not None)
    if out is not None:
        gm.write_track(found, out, lang=settings.current().lang,
                       fictional=read is not None and read.fictional)
        say("track_done", path=out)


def _is_study(path: str) -> bool:
    """Whether a file is a study that names its own programme."""
    file = Path(path)
    return (file.suffix == ".toml" and file.is_file()
            and "[study]" in file.read_text("utf-8-sig", errors="replace"))


def _tell(found: Track, *, listed: bool) -> None:
    from greenmap.draw.figures import percent_text
    from greenmap.report.track_sheet import asked_text

    lang = settings.current().lang
    asked = {t.id: t for t in found.programme.targets}
    for row in found.table.to_dict("records"):
        target = asked[row["target_id"]]
        state = i18n.text(f"programme.state_{row['state']}", lang)
        why = i18n.text(f"programme.reason_{row['reason']}", lang) if row["reason"] else ""
        say("track_row", id=target.id, by=target.by, asked=asked_text(target, lang),
            done=_shown(row["done"]), total=_shown(row["total"]), needed=_shown(row["needed"]),
            more=_shown(row["more"]), state=f"{state} {why}".rstrip(),
            rate=percent_text(row["rate"]),
            choice=i18n.text(f"programme.choice_{row['choice']}", lang) if row["choice"] else "",
            sentence=target.sentence_zh if lang == "zh" else target.sentence_en,
            source=target.source_zh if lang == "zh" else target.source_en)
    if len(found.left):
        say("track_left", count=len(found.left))
    for row in found.history[found.history["date"] == found.as_of].to_dict("records"):
        if not listed and row["total"] == row["total"] and str(row["total"]) != "<NA>":
            say("track_unlisted", count=row["total"] - row["done"])


def _shown(value: object) -> str:
    return "—" if value is None or value != value or str(value) == "<NA>" else str(value)
