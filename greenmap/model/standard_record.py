"""Standard record: a set of clauses with its papers, levels and chapters."""

from __future__ import annotations

from dataclasses import dataclass

from greenmap.errors import StandardError
from greenmap.model.clause import Clause


@dataclass(frozen=True, slots=True)
class Tier:
    """A level of a standard: how far, for how many.

    Parameters
    ----------
    id, zh, en : str
        Key and names.
    source_zh, source_en, confidence : str
        Where it stands, how sure that is.
    walk_min : float, optional
        Minutes on foot.
    walk_m, population, dwellings, land_ha : (float, float), optional
        From and to: metres, persons, households, hectares.
    population_min : float, optional
        Persons, where only the least is given.
    area_km2 : float, optional
        Square kilometres.
    confidence_of : tuple of (str, str)
        Confidence of single figures, where it differs.
    note_zh, note_en : str
        Remarks.
    """

    id: str
    zh: str
    en: str
    source_zh: str
    source_en: str
    confidence: str
    walk_min: float | None = None
    walk_m: tuple[float, float] | None = None
    population: tuple[float, float] | None = None
    dwellings: tuple[float, float] | None = None
    land_ha: tuple[float, float] | None = None
    population_min: float | None = None
    area_km2: float | None = None
    confidence_of: tuple[tuple[str, str], ...] = ()
    note_zh: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A chapter of a standard.

    Parameters
    ----------
    id, zh, en : str
        Key and names.
    """

    id: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Standard:
    """A set of clauses with its papers.

    Parameters
    ----------
    id, zh, en : str
        Key and names.
    clauses : tuple of Clause
        In the order of the file.
    year, issuer_zh, issuer_en, kind : str
        Who issued it, when, as what.
    disclaimer_zh, disclaimer_en : str
        What must stand on every page made with it.
    notes_zh, notes_en : tuple of str
        Remarks.
    number, published, effective, replaces : str
        Document number and dates; the document it took the place of.
    unit_of_audit : str
        What the document speaks of, one of
        :data:`greenmap.model.clause.LEVELS` or ``project``.
    levels_nest : bool
        Whether a larger level's facility also serves as the smaller level's.
    tiers, groups : tuple of Tier, tuple of Group
        Levels and chapters the clauses name.
    extends : str
        Id of the standard this one changes.
    """

    id: str
    zh: str
    en: str
    clauses: tuple[Clause, ...]
    year: str = ""
    issuer_zh: str = ""
    issuer_en: str = ""
    kind: str = ""
    disclaimer_zh: str = ""
    disclaimer_en: str = ""
    notes_zh: tuple[str, ...] = ()
    notes_en: tuple[str, ...] = ()
    number: str = ""
    published: str = ""
    effective: str = ""
    replaces: str = ""
    unit_of_audit: str = "community"
    levels_nest: bool = False
    tiers: tuple[Tier, ...] = ()
    groups: tuple[Group, ...] = ()
    extends: str = ""

    @property
    def profiles(self) -> tuple[str, ...]:
        """Profile ids the clauses ask for, in order of first use."""
        return tuple(dict.fromkeys(c.profile for c in self.clauses if c.kind == "reach"))

    @property
    def categories(self) -> tuple[str, ...]:
        """Category ids the clauses ask for, in order of first use."""
        return tuple(dict.fromkeys(k for c in self.clauses for k in c.categories))

    def name(self, lang: str) -> str:
        """Return the standard's name in `lang`."""
        return self.zh if lang == "zh" else self.en

    def disclaimer(self, lang: str) -> str:
        """Return what must stand on every page, in `lang`."""
        return self.disclaimer_zh if lang == "zh" else self.disclaimer_en

    def clause(self, clause_id: str) -> Clause:
        """Return a clause by its id.

        Raises
        ------
        StandardError
            The standard has no such clause.
        """
        for clause in self.clauses:
            if clause.id == clause_id:
                return clause
        raise StandardError("standard.clause_unknown", standard=self.id, clause=clause_id,
                            known=", ".join(c.id for c in self.clauses[:20]))
