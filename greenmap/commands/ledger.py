"""`greenmap ledger`: departments' ledgers laid on the map, and what nobody could place."""

from __future__ import annotations

from pathlib import Path

import click

from greenmap.console import Option, Verbs, asked_lang, comforts, say


@click.group(cls=Verbs)
@comforts
def ledger() -> None:
    """Match ledgers without coordinates, and read back the list of places."""


@ledger.command(name="match")
@click.argument("study", type=click.Path(path_type=Path))
@click.option("--out", cls=Option, type=click.Path(path_type=Path), default=None)
@comforts
def match(study: Path, out: Path | None) -> None:
    """Lay a study's ledgers on its map; write row by row and the list to fill in."""
    import greenmap as gm

    counts, files = gm.match_study_ledgers(study, out or study.parent, lang=asked_lang())
    say("ledger_match_done", **counts)
    for key, path in files.items():
        say(f"ledger_{key}", path=path)


@ledger.command(name="read")
@click.argument("study", type=click.Path(path_type=Path))
@click.argument("located", type=click.Path(path_type=Path))
@comforts
def read(study: Path, located: Path) -> None:
    """Read a filled-in list and say what it leaves open; nothing is written."""
    import greenmap as gm

    say("ledger_read_done", **gm.check_located(study, located))
