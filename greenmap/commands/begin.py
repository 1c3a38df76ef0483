"""`greenmap sample` and `greenmap init`: the sample written, a study begun for a folder."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from greenmap import i18n, settings
from greenmap.console import Option, Verb, comforts, say, words
from greenmap.errors import StudyError


@click.command(cls=Verb)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--answer", cls=Option, multiple=True)
@click.option("--ask", cls=Option, is_flag=True)
@comforts
def init(folder: Path, answer: tuple[str, ...], ask: bool) -> None:
    """Begin a study of a folder."""
    from greenmap.studies import begin_study

    lang = settings.current().lang
    begun = begin_study(folder, lang=lang, answers=_answers(answer))
    if begun.questions and ask and sys.stdin.isatty():
        given = {one.id: click.prompt(i18n.text(f"init.short_{one.key}", lang), default="",
                                      show_default=False) for one in begun.questions}
        begun = begin_study(folder, lang=lang, answers={k: v for k, v in given.items() if v})
    say("init_done", study=begun.path)
    click.echo(begun.text(lang))


def _answers(pairs: tuple[str, ...]) -> dict[str, str]:
    answers = {}
    for pair in pairs:
        key, mark, value = pair.partition("=")
        if not mark:
            raise StudyError("init.answer_form", found=pair, how=words("option_answer"))
        answers[key.strip()] = value.strip()
    return answers


@click.command(cls=Verb)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--form", cls=Option, type=click.Choice(["study", "office"]), default="study")
@click.option("--boundaries/--no-boundaries", cls=Option, default=True)
@comforts
def sample(folder: Path, form: str, boundaries: bool) -> None:
    """Write the sample district."""
    import greenmap as gm

    made = gm.write_sample(folder, form=form, boundaries=boundaries)
    if form == "office":
        say("office_done", folder=made)
    else:
        say("sample_done", study=made / "study.toml")
