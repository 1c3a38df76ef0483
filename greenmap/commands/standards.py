"""`greenmap standards`: what a community can be held against."""

from __future__ import annotations

import click

from greenmap import i18n, settings
from greenmap.console import Verbs, comforts


@click.group(cls=Verbs)
@comforts
def standards() -> None:
    """List or show what a community can be held against."""


@standards.command(name="list")
@comforts
def list_standards() -> None:
    """List the standards that ship."""
    import greenmap as gm
    from greenmap.model.standard import standard_ids

    for key in standard_ids():
        standard = gm.load_standard(key)
        click.echo(f"{key}\t{standard.name(settings.current().lang)}\t{len(standard.clauses)}")


@standards.command(name="show")
@click.argument("standard")
@comforts
def show_standard(standard: str) -> None:
    """Show a standard's clauses."""
    import greenmap as gm

    lang = settings.current().lang
    shown = gm.load_standard(standard)
    click.echo(f"{shown.name(lang)} · {shown.disclaimer(lang)}")
    for clause in shown.clauses:
        confidence = i18n.text(f"term.confidence_{clause.confidence}")
        click.echo(f"{clause.id}\t{clause.text(lang)}\t{clause.source(lang)}\t{confidence}")
