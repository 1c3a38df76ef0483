"""`greenmap sensitivity`: how much the answers hang on pace and on the places of gates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from greenmap.console import Option, Verb, asked_lang, comforts, say


@click.command(cls=Verb)
@click.argument("study", type=click.Path(path_type=Path))
@click.option("--out", cls=Option, type=click.Path(path_type=Path))
@comforts
def sensitivity(study: Path, out: Path | None) -> None:
    """Assess with all slower and faster, gates farther and nearer; write what changes."""
    import greenmap as gm

    read = gm.read_study(study)
    changed = gm.sensitivity(read)
    result = replace(gm.assess(read, with_isochrones=False), sensitivity=changed)
    path = gm.write_report(result, out or study.with_name("sensitivity.xlsx"),
                           lang=asked_lang() or read.lang)
    at = changed[changed["level"] == "community"]
    say("sensitivity_done", compared=changed.attrs["compared"], changed=len(changed),
        communities=at.index.get_level_values("unit_id").nunique(), path=path)
