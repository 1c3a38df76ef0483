"""Study draft: the text of a study file begun for a folder, with questions and what is lacking."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from greenmap import i18n
from greenmap.errors import Fault
from greenmap.model.standard import standard_ids
from greenmap.read.ages import GROUPS
from greenmap.studies.folder_scan import STREETS, Candidate
from greenmap.studies.questions import MARK, marked
from greenmap.studies.study_text import SECTIONS

MOST_QUESTIONS = 5
"""More is no help; what may be left out is then only hinted at."""


def draft(found: Iterable[Candidate], *, name: str, lang: str) -> str:
    """Write the text of a study file.

    Parameters
    ----------
    found : iterable of Candidate
        From :func:`greenmap.studies.folder_scan.scan_folder`, copies and older versions set
        aside.
    name : str
        Of the study.
    lang : {"zh", "en"}

    Returns
    -------
    str
        TOML; the same candidates give the same text. What a missing file costs stands at the
        end, as comments.

    Examples
    --------
    >>> "[communities]" in draft([Candidate("a.shp", "communities")], name="甲", lang="en")
    True
    """
    files = _Files(found)
    page = _Page(lang, at_once=_asked_at_once(files))
    page.comment("init_head")
    page.lines += ["", "[study]", f"name = {_quoted(name)}"]
    page.ask("standard", known=", ".join(standard_ids()))
    page.ask("share")
    if any("虚构" in one.path for one in files.all):
        page.lines.append("fictional = true")
    page.lines += ['profiles = ["adult", "elderly"]', "bands = [5, 10, 15]",
                   f"lang = {_quoted(lang)}", 'crs = "auto"']
    for key in sorted(page.at_once):
        page.ask(key, known="")
    as_of = len(page.lines)
    _communities(page, files)
    _amenities(page, files)
    _people_and_homes(page, files)
    _walls(page, files)
    _streets(page, files)
    _unused(page, files)
    _costs(page, files)
    page.lines[as_of:as_of] = _date(page, files)
    return "\n".join(page.lines) + "\n"


class _Files:
    """Candidates by what they will serve as, once all of them are known."""

    def __init__(self, found: Iterable[Candidate]) -> None:
        self.all = tuple(found)
        self.by_role: dict[str, list[Candidate]] = {}
        for one in self.all:
            self.by_role.setdefault(one.role, []).append(one)
        bare = [one for one in self["compounds"] if "community" not in one.has]
        if not self["communities"] and bare and not self.naming:
            # areas of 小区 that name no 社区 are what is judged
            self.by_role["communities"] = bare
            self.by_role["compounds"] = [o for o in self["compounds"] if o not in bare]

    def __getitem__(self, role: str) -> list[Candidate]:
        return self.by_role.get(role, [])

    @property
    def naming(self) -> str:
        """Which table can stand in for boundaries, because its rows name a community.

        Buildings come first: what lies outside every compound belongs to one as well.
        """
        return next((role for role in ("homes", "compounds") if len(self[role]) == 1
                     and "community" in self[role][0].has), "")

    @property
    def osm(self) -> bool:
        """Whether there is one street file, and of OpenStreetMap."""
        streets = self["network"]
        return len(streets) == 1 and streets[0].path.lower().endswith(STREETS[:-1])

    @property
    def walled(self) -> bool:
        """Whether outlines of compounds are walls: only where gates are known."""
        return bool(self["compounds"] and self["gates"])

    def sources(self) -> list[Candidate]:
        """Sources of facilities that may claim to be complete."""
        return [*self["amenities"], *self["ledger"]]


class _Page:
    """Lines of a study file, with comments in the reader's language."""

    def __init__(self, lang: str, at_once: frozenset[str]) -> None:
        self.lang, self.at_once = lang, at_once
        self.lines: list[str] = []

    def comment(self, key: str, **facts: str) -> None:
        text = i18n.text(f"study.{key}", self.lang, **facts)
        self.lines += [f"# {line}".rstrip() for line in text.splitlines()]

    def ask(self, key: str, **facts: str) -> None:
        self.comment(f"init_{key}", **facts)
        self.lines.append(f"# {key} = {MARK}")

    def section(self, role: str, found: Sequence[Candidate], *, file: str = "") -> None:
        """Write one section: the file, if there is one only; else ask which."""
        self.lines += ["", f"[{file or role}]"]
        self.source(role, found)

    def source(self, role: str, found: Sequence[Candidate]) -> None:
        if len(found) == 1:
            self.table(found[0])
            return
        self.ask("path", what=i18n.text(f"report.role_{role}", self.lang))
        for one in found:
            layer = f", layer = {_quoted(one.layer)}" if one.layer else ""
            self.lines.append(f"#   {_key(one)} = {_quoted(one.path)}{layer}")

    def table(self, one: Candidate) -> None:
        self.lines.append(f"{_key(one)} = {_quoted(one.path)}")
        if one.layer:
            self.lines.append(f"layer = {_quoted(one.layer)}")
        if (one.flat or one.map_service) and "datum" not in self.at_once:
            self.ask("datum")
        if one.no_crs:
            self.ask("crs")

    def kind(self, one: Candidate) -> None:
        """What all rows of a ledger are: its name says it, or it is asked."""
        if one.category:
            self.lines.append(f"category = {_quoted(one.category)}")
        else:
            self.ask("category")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _key(one: Candidate) -> str:
    return {"raster": "raster", "terrain": "dem"}.get(one.role, "path")


def _asked_at_once(files: _Files) -> frozenset[str]:
    """Questions that several tables share are asked once for all of them."""
    single = [files[role] for role in ("homes", "gates", "doors", "communities") if
              len(files[role]) == 1]
    flat = [one for group in (*single, files["amenities"]) for one in group
            if one.flat and not one.map_service]
    asked = {"datum"} if len(flat) > 1 else set()
    return frozenset(asked | ({"collected"} if len(files.sources()) > 1 else set()))


def _date(page: _Page, files: _Files) -> list[str]:
    """The date of the data: asked if there is room, else hinted at."""
    few = sum(1 for _ in marked("\n".join(page.lines))) < MOST_QUESTIONS
    dated = any("year" in one.has for one in files["people"])
    asking = _Page(page.lang, frozenset())
    if few and not dated:
        asking.ask("as_of")
    else:
        asking.comment("init_as_of")
        asking.lines.append('# as_of = "2024-05"')
    return asking.lines


def _communities(page: _Page, files: _Files) -> None:
    if files["communities"] or not files.naming:
        page.section("communities", files["communities"])
        return
    page.lines += ["", "[communities]"]
    page.comment("init_from")
    page.lines.append(f"from = {_quoted(files.naming)}")


def _amenities(page: _Page, files: _Files) -> None:
    if len(files["amenities"]) > 1:
        page.lines.append("")
        page.comment("init_several")
    for role, head in (("amenities", "amenities"), ("ledger", "ledgers")):
        for one in files[role]:
            page.lines += ["", f"[[{head}]]"]
            page.table(one)
            if role == "ledger" and "category" not in one.has:
                page.kind(one)
            if "collected" not in page.at_once:
                page.ask("collected")
    if files.osm:
        page.lines.append("")
        page.comment("init_osm")
        page.lines += ["[[amenities]]", "osm = true"]
    elif not files.sources():
        page.lines += ["", "[[amenities]]"]
        page.source("amenities", [])
    if files["doors"] and files["ledger"] and "doors" in SECTIONS:
        page.section("doors", files["doors"])


def _people_and_homes(page: _Page, files: _Files) -> None:
    homes = files["homes"] or files["raster"] if files["people"] else [
        *files["homes"], *files["raster"]]
    if files["people"]:
        page.section("people", files["people"])
        for key in ("count", "year"):
            if not all(key in one.has for one in files["people"]):
                page.ask(key)
        if len(files["aliases"]) == 1:
            page.lines.append(f"aliases = {_quoted(files['aliases'][0].path)}")
    if homes or not (files.osm or files["people"]):
        page.section("homes", homes)
    elif files.osm:
        page.lines += ["", "[homes]"]
        page.comment("init_buildings")
        page.lines.append("osm_buildings = true")
        if not files["people"]:
            page.ask("people_total")


def _walls(page: _Page, files: _Files) -> None:
    if files["compounds"] and (files.walled or files["people"] or files.naming == "compounds"):
        page.section("compounds", files["compounds"])
        if not files.walled:
            page.comment("init_no_gates")
            page.lines.append("walls = false")
    if files["gates"] and (files["compounds"] or files["barriers"]):
        page.section("gates", files["gates"])
    if files["barriers"]:
        page.section("barriers", files["barriers"])


def _streets(page: _Page, files: _Files) -> None:
    if files["network"] or not files["roads"]:
        page.section("network", files["network"])
    if files["roads"]:
        page.section("roads", files["roads"])
    if files["terrain"]:
        page.section("terrain", files["terrain"])


def _unused(page: _Page, files: _Files) -> None:
    unused = files["unused"]
    if not unused:
        return
    page.lines.append("")
    page.comment("init_unused")
    for one in unused:
        why = one.reason and i18n.text(f"init.unused_{one.reason}", page.lang, other=one.other)
        layer = f" [{one.layer}]" if one.layer else ""
        page.lines.append(f"#   {one.path}{layer}" + (f"  {why}" if why else ""))


def _costs(page: _Page, files: _Files) -> None:
    costs = list_costs(files.by_role)
    if costs:
        page.lines.append("")
        page.comment("init_costs")
        page.lines += [f"#   - {cost.text(page.lang)}" for cost in costs]


def list_costs(by_role: dict[str, list[Candidate]]) -> tuple[Fault, ...]:
    """Say what each thing that is missing costs.

    Parameters
    ----------
    by_role : dict of str to list of Candidate
        What was found.

    Returns
    -------
    tuple of Fault

    Examples
    --------
    >>> [cost.key for cost in list_costs({"people": [Candidate("a.xlsx", "people")]})][:2]
    ['init.cost_no_boundaries', 'init.cost_no_ages']
    """
    has = {role: bool(found) for role, found in by_role.items()}
    people = by_role.get("people", [])
    ages = {group for one in people for group in one.has if group in GROUPS}
    missing = {
        "boundaries": not has.get("communities"),
        "people": not people and not has.get("homes") and not has.get("raster"),
        "ages": bool(people) and not ages,
        "places": bool(people) and not (has.get("homes") or has.get("compounds")
                                        or has.get("raster") or has.get("network")),
        "gates": not has.get("gates"),
        "terrain": not has.get("terrain"),
        "doors": has.get("ledger", False) and not has.get("doors"),
    }
    told = [Fault(f"init.cost_no_{name}", {}) for name, gone in missing.items() if gone]
    lacking = [group for group in GROUPS if ages and group not in ages]
    if lacking:
        told.append(Fault("init.cost_some_ages", {"groups": ", ".join(
            i18n.text(f"term.people_{group}") for group in lacking)}))
    return tuple(told)
