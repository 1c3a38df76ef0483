"""Console: help in the reader's language, errors as exit codes, progress on a terminal."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from greenmap import i18n, settings
from greenmap.errors import GreenmapError, InputError

if TYPE_CHECKING:
    from greenmap.model.study import Assessment, Study

DONE, GAPS_FOUND, BAD_INPUT, OUR_BUG = range(4)
INTERRUPTED = 130
"""What a run ends with."""


def words(key: str, **facts: Any) -> str:
    """Return one of the command line's own sentences.

    Examples
    --------
    >>> with settings.use(lang="en"):
    ...     words("map_done", path="a.html")
    'Map: a.html'
    """
    return i18n.text(f"cli.{key}", **facts)


def say(key: str, **facts: Any) -> None:
    """Print one of the command line's own sentences, unless asked to be quiet."""
    if not _quiet():
        click.echo(words(key, **facts))


def _quiet() -> bool:
    return bool(click.get_current_context().find_root().meta.get("greenmap.quiet"))


def tell_range(result: Assessment) -> None:
    """Print between what shares of communities × clauses are met."""
    from greenmap.model.met_range import met_range_texts

    met = met_range_texts(result.coverage)
    if met is not None:
        say("met_range", low=met[0], high=met[1])


def tell_people(study: Study) -> None:
    """Print how many people were counted where they are; nothing where none were shared out."""
    from greenmap.model.people_share import people_shares

    table = people_shares(study.homes)
    people = table["people"].sum()
    if people > 0:
        say("people_told", people=f"{people:,.0f}", communities=len(table),
            share=f"{table['people_measured'].sum() / people:.0%}")


def tell_walkers(study: Study) -> None:
    """Print how fast everybody walks, on what that rests, and what waits do to it."""
    from greenmap.model.wait import SIGNALS_SHOWN, load_waits

    lang = settings.current().lang
    for profile in (study.profiles[name] for name in sorted(study.profiles)):
        if profile.speed_m_per_min is None:
            say("walker_metres", name=profile.name(lang))
            continue
        say("walker", name=profile.name(lang), speed=f"{profile.speed_m_per_min:g}",
            confidence=i18n.text(f"term.confidence_{profile.confidence}"),
            source=(profile.basis_zh if lang == "zh" else profile.basis_en) or profile.source,
            metres=f"{profile.metres_in(15):,.0f}", signals=SIGNALS_SHOWN,
            with_waits=f"{load_waits().metres_in(profile, 15):,.0f}")
    say("waits_off" if study.network.wait_s is None else "waits_on")


def hush() -> None:
    """Keep the doors' log off the console till the verb ends."""
    log = logging.getLogger("greenmap")
    click.get_current_context().call_on_close(partial(log.setLevel, log.level))
    log.setLevel(logging.ERROR)


def asked_lang() -> str | None:
    """Return the language asked for on the command line, if any."""
    lang: str | None = click.get_current_context().find_root().meta.get("greenmap.lang")
    return lang


class _Helped(click.Command):
    """Help on help, in the reader's language."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = words("option_help")
        return option

    def get_short_help_str(self, limit: int = 80) -> str:
        return words(f"help_{self.name}")


class Verb(_Helped):
    """A command whose help is looked up when it is shown."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the verb does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(words(f"help_{self.name}"))


class Option(click.Option):
    """An option whose help is looked up when it is shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option and what it does."""
        record = super().get_help_record(ctx)
        return record and (record[0], words(f"option_{self.name}"))


class Verbs(_Helped, click.Group):
    """The verbs in the order of the work; errors become exit codes here."""

    command_class = Verb

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order of the work."""
        return list(self.commands)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the group is for."""
        formatter.write_paragraph()
        formatter.write_text(words("help_main" if ctx.parent is None else f"help_{self.name}"))

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run on whatever console there is."""
        for stream in (sys.stdout, sys.stderr):  # an old console's code page lacks many signs
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a verb; what goes wrong is told and ends in an exit code."""
        try:
            return super().invoke(ctx)
        except InputError as error:
            click.echo(str(error), err=True)
            ctx.exit(BAD_INPUT)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if ctx.meta.get("greenmap.debug"):
                raise
            what = str(error) if isinstance(error, GreenmapError) else repr(error)
            click.echo(i18n.text("errors.internal", what=what), err=True)
            ctx.exit(OUR_BUG)


def _set(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Take a comfort at once, so that the help after it is in the right language."""
    def take(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        if value is None or value is False:
            return
        root = ctx.find_root()
        root.meta[f"greenmap.{name}"] = value
        if name in ("lang", "threads"):
            root.with_resource(settings.use(**{name: value}))
    return take


def progress_bar() -> settings.Progress:
    """Return a callback that shows progress on a terminal, one bar per kind of work."""
    shown: dict[str, Any] = {}

    def show(done: int, total: int, what: str) -> None:
        from tqdm import tqdm

        if _quiet():
            return
        if what not in shown:
            while shown:
                shown.popitem()[1].close()
            shown[what] = tqdm(total=total, desc=what, file=sys.stderr, leave=False)
        shown[what].update(done - shown[what].n)
        if done >= total:
            shown.pop(what).close()
    return show


_COMFORTS = (
    click.option("--lang", cls=Option, type=click.Choice(i18n.LANGUAGES), is_eager=True,
                 expose_value=False, callback=_set("lang")),
    click.option("--threads", cls=Option, type=click.IntRange(1), expose_value=False,
                 callback=_set("threads")),
    click.option("--quiet", cls=Option, is_flag=True, expose_value=False,
                 callback=_set("quiet")),
    click.option("--debug", cls=Option, is_flag=True, expose_value=False,
                 callback=_set("debug")),
)


def comforts(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options that move no number."""
    for option in reversed(_COMFORTS):
        function = option(function)
    return function
