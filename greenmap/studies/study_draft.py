"""Study draft: a study file begun for a folder, with a question for what can't be known."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from pathlib import Path

from greenmap import i18n, settings
from greenmap.errors import MissingFileError, OutputError
from greenmap.model.standard import standard_ids
from greenmap.studies.folder_scan import STREETS, Candidate, scan_folder
from greenmap.studies.questions import MARK

NAME = "study.toml"


def init_study(folder: str | Path, *, lang: str | None = None) -> Path:
    """Begin a study of the files in a folder.

    Every file is looked at; what it is for is written down where it is plain,
    and asked where it isn't: a commented-out key with a wide ？, which
    :func:`greenmap.check_study` lists until it is answered.

    Parameters
    ----------
    folder : str or Path
        Where the files lie.
    lang : {"zh", "en"}, optional
        Language of comments and results. Default: the current settings'.

    Returns
    -------
    Path
        The study file written, ``study.toml`` in `folder`.

    Raises
    ------
    MissingFileError
        No such folder.
    OutputError
        There is a study file already; it is left alone.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     init_study(folder).name
    'study.toml'
    """
    folder, lang = Path(folder), lang or settings.current().lang
    if not folder.is_dir():
        raise MissingFileError("study.no_folder", folder=str(folder))
    study = folder / NAME
    if study.exists():
        raise OutputError("study.exists", file=str(study))
    text = draft(scan_folder(folder), name=folder.resolve().name, lang=lang)
    beside = folder / f".{secrets.token_hex(6)}.part"
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(study)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise OutputError("study.not_writable", file=str(study),
                          detail=error.strerror or str(error)) from error
    return study


def draft(found: Iterable[Candidate], *, name: str, lang: str) -> str:
    """Write the text of a study file.

    Parameters
    ----------
    found : iterable of Candidate
        From :func:`greenmap.studies.folder_scan.scan_folder`.
    name : str
        Of the study.
    lang : {"zh", "en"}

    Returns
    -------
    str
        TOML; the same candidates give the same text.

    Examples
    --------
    >>> "[communities]" in draft([Candidate("a.shp", "communities")], name="甲", lang="en")
    True
    """
    by_role: dict[str, list[Candidate]] = {}
    for one in found:
        by_role.setdefault(one.role, []).append(one)
    page = _Page(lang)
    page.comment("init_head")
    page.lines += ["", "[study]", f"name = {_quoted(name)}"]
    page.ask("standard", known=", ".join(standard_ids()))
    page.ask("share")
    page.lines += ['profiles = ["adult", "elderly"]', "bands = [5, 10, 15]",
                   f"lang = {_quoted(lang)}", 'crs = "auto"']
    page.ask("as_of")
    page.section("communities", by_role.get("communities", []))
    streets = by_role.get("network", [])
    _amenities(page, by_role.get("amenities", []), streets)
    _homes(page, by_role, streets)
    page.section("network", streets)
    if unused := by_role.get("unused"):
        page.lines.append("")
        page.comment("init_unused")
        page.lines += [f"#   {one.path}" + (f" [{one.layer}]" if one.layer else "")
                       for one in unused]
    return "\n".join(page.lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


class _Page:
    """Lines of a study file, with comments in the reader's language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.lines: list[str] = []

    def comment(self, key: str, **facts: str) -> None:
        text = i18n.text(f"study.{key}", self.lang, **facts)
        self.lines += [f"# {line}".rstrip() for line in text.splitlines()]

    def ask(self, key: str, **facts: str) -> None:
        self.comment(f"init_{key}", **facts)
        self.lines.append(f"# {key} = {MARK}")

    def section(self, role: str, found: list[Candidate]) -> None:
        """Write one section: the file, if there is one only; else ask which."""
        self.lines += ["", f"[{role}]"]
        self.source(role, found)

    def source(self, role: str, found: list[Candidate]) -> None:
        if len(found) == 1:
            self.table(found[0])
            return
        self.ask("path", what=i18n.text(f"report.role_{role}", self.lang))
        for one in found:
            key = "raster" if one.role == "raster" else "path"
            layer = f", layer = {_quoted(one.layer)}" if one.layer else ""
            self.lines.append(f"#   {key} = {_quoted(one.path)}{layer}")

    def table(self, one: Candidate) -> None:
        key = "raster" if one.role == "raster" else "path"
        self.lines.append(f"{key} = {_quoted(one.path)}")
        if one.layer:
            self.lines.append(f"layer = {_quoted(one.layer)}")
        if one.flat or one.map_service:
            self.ask("datum")
        if one.no_crs:
            self.ask("crs")


def _is_osm(streets: list[Candidate]) -> bool:
    return len(streets) == 1 and streets[0].path.lower().endswith(STREETS[:-1])


def _amenities(page: _Page, found: list[Candidate], streets: list[Candidate]) -> None:
    if len(found) > 1:
        page.lines.append("")
        page.comment("init_several")
    for one in found:
        page.lines += ["", "[[amenities]]"]
        page.table(one)
        page.ask("collected")
    if _is_osm(streets):
        page.lines.append("")
        page.comment("init_osm")
        page.lines += ["[[amenities]]", "osm = true"]
    elif not found:
        page.lines += ["", "[[amenities]]"]
        page.source("amenities", [])


def _homes(page: _Page, by_role: dict[str, list[Candidate]], streets: list[Candidate]) -> None:
    found = [*by_role.get("homes", []), *by_role.get("raster", [])]
    page.lines += ["", "[homes]"]
    if found or not _is_osm(streets):
        page.source("homes", found)
        return
    page.comment("init_buildings")
    page.lines.append("osm_buildings = true")
    page.ask("people_total")
