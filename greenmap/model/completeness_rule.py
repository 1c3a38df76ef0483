"""Completeness rule: how many people one facility usually serves, and how few tell that data lack.

A city where everything was collected holds at least what the standards ask of such a population;
a table that holds less, in a neighbourhood large enough to expect some, was not collected there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

from greenmap.errors import StudyError
from greenmap.model.category import load_categories

_FILE = Path(__file__).parents[1] / "people_per_facility.toml"


@dataclass(frozen=True, slots=True)
class UsualPeople:
    """How many people one facility of a category usually serves.

    Parameters
    ----------
    low, high : float
        Persons per facility: the population of the unit that must have one.
    source_zh, source_en, confidence : str
        The standard it is taken from, and how sure that figure is.
    """

    low: float
    high: float
    source_zh: str
    source_en: str
    confidence: str

    def source(self, lang: str) -> str:
        """Return the source in `lang`."""
        return self.source_zh if lang == "zh" else self.source_en


@cache
def usual_people() -> Mapping[str, UsualPeople]:
    """Return how many people one facility usually serves, by category.

    Returns
    -------
    mapping of str to UsualPeople
        Categories for which some standard sets a number for a population.

    Examples
    --------
    >>> usual_people()["kindergarten"].low
    5000.0
    """
    found = {}
    for key, row in tomllib.loads(_FILE.read_text("utf-8")).items():
        low, high = (people / row.get("count", 1) for people in row["people"])
        found[key] = UsualPeople(low, high, row["source_zh"], row["source_en"], row["confidence"])
    return MappingProxyType(found)


@dataclass(frozen=True, slots=True)
class CompletenessRule:
    """When a category that nobody declared complete counts as collected after all.

    Around each community the nearest ones are taken together until they hold
    the people of `window` facilities; a study with fewer can't tell. There the
    sources must know at least
    `share` of the facilities such a population usually has, and one at all.

    Parameters
    ----------
    share : float
        Of the usual number, above 0.
    window : float
        Facilities to be expected in a neighbourhood before it tells anything.
    people_per_facility : mapping of str to float
        The study's own figures, persons; they come before the standards'.

    Raises
    ------
    StudyError
        A figure isn't above 0, or a category is unknown.

    Notes
    -----
    The lower end of each standard's range of population is used: the densest
    supply it asks for. Data of a city with less than that are never believed to
    be complete without the study's word. `share` 1 and `window` 3 are
    greenmap's proposals.
    """

    share: float = 1.0
    window: float = 3.0
    people_per_facility: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        figures = {"share": self.share, "window": self.window, **self.people_per_facility}
        wrong = [f"{name} = {value}" for name, value in figures.items() if not value > 0]
        unknown = [key for key in self.people_per_facility if key not in load_categories()]
        if wrong or unknown:
            raise StudyError("measure.completeness_rule", found=", ".join([*wrong, *unknown]))

    def people(self, category: str) -> float:
        """Return the persons one facility usually serves; missing where nothing says.

        Examples
        --------
        >>> CompletenessRule(people_per_facility={"clinic": 4000}).people("clinic")
        4000.0
        """
        if category in self.people_per_facility:
            return float(self.people_per_facility[category])
        found = usual_people().get(category)
        return float("nan") if found is None else found.low
