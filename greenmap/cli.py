"""The command line: each verb calls public functions and says where the results lie."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from greenmap import __version__, settings
from greenmap.commands.begin import init, sample
from greenmap.commands.ledger import ledger
from greenmap.commands.score import score
from greenmap.commands.sensitivity import sensitivity
from greenmap.commands.standards import standards
from greenmap.commands.survey import survey
from greenmap.commands.track import track
from greenmap.console import (
    BAD_INPUT,
    DONE,
    GAPS_FOUND,
    Option,
    Verbs,
    asked_lang,
    comforts,
    hush,
    progress_bar,
    say,
    tell_people,
    tell_range,
    tell_walkers,
)
from greenmap.errors import OutputError

if TYPE_CHECKING:
    from greenmap.model.study import Assessment

_STUDY = click.argument("study", type=click.Path(path_type=Path))


def _out(default: str | None = None) -> Callable[..., Any]:
    return click.option("--out", cls=Option, type=click.Path(path_type=Path), default=default)


@click.group(cls=Verbs, name="greenmap",
             context_settings={"help_option_names": ["-h", "--help"]})
@comforts
@click.version_option(cls=Option, version=__version__, message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Say what greenmap is; the words stand in the locales."""
    if sys.stderr.isatty():
        ctx.with_resource(settings.use(progress=progress_bar()))
    gc.set_threshold(50_000, 20, 50)  # what a run reads stays: to sift it at every turn takes 2 s
    atexit.register(gc.freeze)  # the libraries die with us: to sort them out takes 0.3 s


def _verb(function: Callable[..., Any]) -> Callable[..., Any]:
    return main.command()(comforts(function))


main.add_command(init)


main.add_command(sample)


@_verb
@_out("data/out/demo")
def demo(out: Path) -> None:
    """Write the sample, assess it, say where everything lies."""
    import greenmap as gm

    folder = gm.write_sample(out / "sample")
    _write(gm.assess(gm.read_study(folder / "study.toml")), out / "results")


@_verb
@_STUDY
@_out()
def check(study: Path, out: Path | None) -> None:
    """List every fault of a study's files."""
    import greenmap as gm

    hush()  # the report tells it all
    report = gm.check_study(study)
    click.echo(report.text())
    if report.view is not None:
        try:
            folder = gm.write_check(report, out or study.with_name("check"))
            say("check_done", page=folder / "check.html", data=folder / "check.json")
        except OutputError as error:  # the study may lie where nothing can be written
            if out is not None:
                raise
            click.echo(str(error), err=True)
    click.get_current_context().exit(DONE if report.ok else BAD_INPUT)


@_verb
@click.argument("streets", type=click.Path(path_type=Path), required=False)
@click.option("--place", cls=Option)
@_out("network.npz")
def build(streets: Path | None, place: str | None, out: Path) -> None:
    """Build a walking network from a street file or a place's name, and keep it."""
    import greenmap as gm

    network = gm.read_network(streets, place=place)
    gm.save_network(network, out)
    say("build_done", junctions=network.n_nodes, streets=network.n_edges, file=out)


@_verb
@_STUDY
@_out()
@click.option("--fail-on-gap", cls=Option, is_flag=True)
def assess(study: Path, out: Path | None, fail_on_gap: bool) -> None:
    """Measure a study and write everything."""
    import greenmap as gm

    result = gm.assess(gm.read_study(study))
    _write(result, out or study.with_name("results"))
    if fail_on_gap and len(result.gaps):
        click.get_current_context().exit(GAPS_FOUND)


def _write(result: Assessment, out: Path) -> None:
    import greenmap as gm

    gm.write_results(result, out, lang=asked_lang() or result.study.lang)
    tell_walkers(result.study)
    say("assess_done", communities=len(result.study.communities), gaps=len(result.gaps),
         checks=len(result.checks))
    tell_people(result.study)
    tell_range(result)
    for name in ("index.html", "communities", "gaps.xlsx", "manifest.json"):
        if (out / name).exists():  # a public release has no pages of single communities
            say(f"file_{name.split('.')[0]}", path=out / name)


@_verb
@_STUDY
@_out()
def map(study: Path, out: Path | None) -> None:
    """Draw the city's coverage map only."""
    import greenmap as gm

    out = out or study.with_name("coverage.html")
    result = gm.assess(gm.read_study(study))
    gm.draw_coverage(result, lang=asked_lang() or result.study.lang).save(out)
    say("map_done", path=out)


@_verb
@_STUDY
@_out()
def report(study: Path, out: Path | None) -> None:
    """Write the workbook only."""
    import greenmap as gm

    out = out or study.with_name("gaps.xlsx")
    result = gm.assess(gm.read_study(study))
    gm.write_report(result, out, lang=asked_lang() or result.study.lang)
    say("report_done", path=out)


main.add_command(ledger)
main.add_command(sensitivity)
main.add_command(standards)
main.add_command(survey)
main.add_command(score)
main.add_command(track)
