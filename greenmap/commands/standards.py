"""`greenmap standards`: what a community can be held against."""

from __future__ import annotations

from pathlib import Path

import click

from greenmap import settings
from greenmap.console import Option, Verbs, comforts, say


@click.group(cls=Verbs)
@comforts
def standards() -> None:
    """List, show, compare or confirm what a community can be held against."""


@standards.command(name="list")
@comforts
def list_standards() -> None:
    """List the standards that ship."""
    import greenmap as gm
    from greenmap.model.standard import standard_ids

    for key in standard_ids():
        standard = gm.load_standard(key)
        open_ = sum(bool(c.unconfirmed()) for c in standard.clauses)
        say("standard_row", id=key, name=standard.name(settings.current().lang),
            number=standard.number or "-", clauses=len(standard.clauses), open=open_)


@standards.command(name="show")
@click.argument("standard")
@comforts
def show_standard(standard: str) -> None:
    """Show a standard's clauses; of a local edition, also what it changes."""
    import greenmap as gm
    from greenmap.model.clause_text import asks, confidence_text

    lang = settings.current().lang
    shown = gm.load_standard(standard)
    click.echo(f"{shown.name(lang)} · {shown.disclaimer(lang)}")
    for clause in shown.clauses:
        click.echo(f"{clause.id}\t{clause.text(lang)}\t{asks(clause, lang)}"
                   f"\t{clause.source(lang)}\t{confidence_text(clause, lang)}")
    if shown.extends:
        _diff(shown.extends, standard)


@standards.command(name="diff")
@click.argument("standard")
@click.argument("other", required=False)
@comforts
def diff_standards(standard: str, other: str | None) -> None:
    """Compare two standards, or a local edition with what it extends."""
    import greenmap as gm

    if other is None:
        base = gm.load_standard(standard).extends
        if not base:
            raise click.UsageError(f"{standard}: extends = ?")
        _diff(base, standard)
    else:
        _diff(standard, other)


def _diff(first: str, second: str) -> None:
    import greenmap as gm

    table = gm.diff_standards(gm.load_standard(first), gm.load_standard(second))
    for row in table.itertuples():
        say("standard_diff", clause=row.clause_id, field=row.field, before=row.before,
            after=row.after)
    say("standard_diff_done", first=first, second=second, count=len(table))


@standards.command(name="confirm")
@click.argument("clause")
@click.option("--study", cls=Option, type=click.Path(path_type=Path), default="study.toml")
@click.option("--standard", cls=Option, default="")
@click.option("--figure", cls=Option, default="")
@click.option("--value", cls=Option, type=float, multiple=True, required=True)
@click.option("--page", cls=Option, required=True)
@click.option("--who", cls=Option, required=True)
@click.option("--date", cls=Option, required=True)
@comforts
def confirm_standard(clause: str, study: Path, standard: str, figure: str,
                     value: tuple[float, ...], page: str, who: str, date: str) -> None:
    """Keep a figure read in the printed text; it counts as confirmed by the user."""
    from greenmap.studies.confirmations import CONFIRMED_FILE, confirm_figure

    one = confirm_figure(study, clause, value=value, page=page, who=who, date=date,
                         figure=figure, standard=standard)
    say("standard_confirmed", clause=one.clause, figure=one.figure, value=one.value,
        file=study.with_name(CONFIRMED_FILE))
