"""Clause: one requirement of a standard, as data.

There is one grammar. ``kind = "reach"`` says that a place of a category lies within one limit, in
minutes or in metres, on foot; ``present`` counts places inside the unit; ``area`` measures square
metres, places or capacity against people, households or land; ``survey`` asks on the spot.
"""

from __future__ import annotations

from dataclasses import dataclass

PEOPLE = ("all", "age_0_3", "age_3_6", "age_6_12", "age_12_15",
          "elderly_60", "elderly_65", "elderly_80")
"""Whose homes a clause may count; homes carry columns of these names."""

KINDS = ("reach", "present", "area", "survey")
CONFIRMED = ("verified", "corroborated", "proposal", "user_confirmed")
"""Confidences of a figure that may be scored."""

CONFIDENCES = (*CONFIRMED, "memory", "unsure")
LEVELS = ("compound", "community", "life_circle", "subdistrict", "district", "city")
"""Levels a clause may be judged at, from the smallest."""

OBLIGATIONS = ("required", "conditional", "recommended")
APPLIES = ("all", "new", "existing", "where_possible")
COUNT_PER = ("unit", "tier_unit", "project", *LEVELS, "500m")
"""What the source counts per; the clause is judged at its `unit_of_audit`."""

OF_PLACES = ("area_m2", "floor_m2", "capacity", "places")
"""Measures summed over the places of the clause's categories."""

OF_COMMUNITIES = ("green_m2", "parking_spaces", "charging_points")
"""Measures summed over the communities' own columns."""

PER = ("unit", "person", "1000_persons", "1000_elderly_60", "household", "100_households",
       "land", "capacity")
OPS = (">=", ">", "<=", "<", "=", "between")
ANSWERS_OF_SURVEY = ("yes_no", "number")
SHARES_OF = ("people", "residential_land")
VALUE_UNITS = ("ratio", "m", "km", "m2_per_person", "km_per_km2", "beds", "count", "places",
               "spaces", "chargers", "compounds")
"""Units of numbers that are asked for on the spot; the locales name them."""

FIGURES = {
    "reach": ("limit", "min_count", "min_area_m2", "min_floor_m2"),
    "present": ("min_count", "min_area_m2", "min_floor_m2", "people_per_facility", "people_min"),
    "area": ("value", "min_area_m2", "min_floor_m2"),
    "survey": ("value",),
}
"""What a verdict on each kind of clause rests on, where the clause gives it."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way to fulfil a clause.

    Parameters
    ----------
    categories : tuple of str
        Any of them serves.
    min_count : int
        How many are needed.
    min_area_m2, min_floor_m2 : float, optional
        Smallest site and floor area that serve.
    limit : float, optional
        ``reach``: its own limit, in the clause's unit; default the clause's.
    applies_to : str
        One of :data:`APPLIES`.
    confidence : str
        How sure the figures are.
    """

    categories: tuple[str, ...]
    min_count: int = 1
    min_area_m2: float | None = None
    min_floor_m2: float | None = None
    limit: float | None = None
    applies_to: str = "all"
    confidence: str = "verified"

    @property
    def target(self) -> str:
        """Name of the set of places that serve."""
        return target_name(self.categories, self.min_area_m2, self.min_floor_m2)

    @property
    def doubtful(self) -> str:
        """Name of the set of places of which it isn't known whether they serve."""
        return f"{self.target}?"


def target_name(categories: tuple[str, ...], min_area_m2: float | None,
                min_floor_m2: float | None) -> str:
    """Name a set of places by what they must be.

    Examples
    --------
    >>> target_name(("park", "pocket_park"), 2000.0, None)
    'park|pocket_park>=2000m2'
    """
    name = "|".join(categories)
    if min_area_m2 is not None:
        name += f">={min_area_m2:g}m2"
    return name if min_floor_m2 is None else f"{name}>={min_floor_m2:g}m2 floor"


@dataclass(frozen=True, slots=True)
class Clause:
    """One requirement of a standard.

    Parameters
    ----------
    id : str
        Unique in the standard.
    kind : {"reach", "present", "area", "survey"}
        Walked to, counted inside the unit, measured, or asked on the spot.
    categories : tuple of str
        Category ids; any of them serves. Empty where none is needed.
    limit : float
        Minutes or metres on foot, see `unit`; for ``reach`` only.
    unit : {"min", "m"}
        Unit of `limit`.
    profile : str
        Whose legs: a profile id; ``"metres"`` when the limit is in metres.
    people : str
        Whose homes count, one of :data:`PEOPLE`.
    zh, en, source_zh, source_en, confidence : str
        Wording, the document and clause it rests on, how sure that is.
    min_area_m2 : float, optional
        Smallest site that serves.
    min_count : int
        How many places are needed.
    unit_of_audit : str
        The level the clause is judged at, one of :data:`LEVELS`.
    note_zh, note_en : str
        Remarks.
    item, group : str
        The source's own number and group.
    tier : str
        Id of the standard's level (15-, 10-, 5-minute …).
    obligation : str
        One of :data:`OBLIGATIONS`; only what is required is judged.
    applies_to : str
        New or existing communities, one of :data:`APPLIES`.
    count_per : str
        What the source counts per, one of :data:`COUNT_PER`.
    min_floor_m2 : float, optional
        Smallest floor area that serves.
    people_per_facility : (float, float), optional
        One place for so many people; the upper bound is what is needed.
    people_min : float
        Units of fewer people are outside the clause.
    alternatives : tuple of Alternative
        Other ways to fulfil it.
    measure, per : str
        ``area``: what is summed and what it is divided by, see
        :data:`OF_PLACES`, :data:`OF_COMMUNITIES`, :data:`PER`.
    op, value, value_to : str, float, float
        ``area`` and ``survey``: comparison; `value_to` for ``between``.
    answer : {"yes_no", "number"}
        ``survey``: what is asked for.
    value_unit : str
        ``survey`` numbers: unit, as the locales name it.
    radius_m : float, optional
        Radius the source gives beside the minutes.
    usual_floor_m2, usual_area_m2 : (float, float), optional
        Usual range; told, never judged.
    confidence_of : tuple of (str, str)
        Confidence of single figures, where it differs from the row's.
    share_of : {"people", "residential_land"}
        What the source's own share is of; walks are judged by people.
    confirmed : str
        Who read the figure in the printed text, where and when.
    """

    id: str
    kind: str
    categories: tuple[str, ...]
    limit: float
    unit: str
    profile: str
    people: str
    zh: str
    en: str
    source_zh: str
    source_en: str
    confidence: str
    min_area_m2: float | None = None
    min_count: int = 1
    unit_of_audit: str = "community"
    note_zh: str = ""
    note_en: str = ""
    item: str = ""
    group: str = ""
    tier: str = ""
    obligation: str = "required"
    applies_to: str = "all"
    count_per: str = "unit"
    min_floor_m2: float | None = None
    people_per_facility: tuple[float, float] | None = None
    people_min: float = 0.0
    alternatives: tuple[Alternative, ...] = ()
    measure: str = ""
    per: str = "unit"
    op: str = ">="
    value: float | None = None
    value_to: float | None = None
    answer: str = "yes_no"
    value_unit: str = ""
    radius_m: float | None = None
    usual_floor_m2: tuple[float, float] | None = None
    usual_area_m2: tuple[float, float] | None = None
    confidence_of: tuple[tuple[str, str], ...] = ()
    share_of: str = "people"
    confirmed: str = ""

    @property
    def target(self) -> str:
        """Name of the set of places that serve the clause."""
        return target_name(self.categories, self.min_area_m2, self.min_floor_m2)

    @property
    def doubtful(self) -> str:
        """Name of the set of places of which it isn't known whether they serve."""
        return f"{self.target}?"

    @property
    def figures(self) -> dict[str, float | tuple[float, float]]:
        """The figures a verdict rests on, by name; a bare "one of these" is a count of one."""
        given: dict[str, float | tuple[float, float]] = {}
        for name in FIGURES[self.kind]:
            value = getattr(self, name)
            if value is None or (name == "people_min" and not value):
                continue
            if name == "min_count" and value == 1 and self.kind == "reach":
                continue  # a walk to one place: the limit says it
            given[name] = value
        return given

    def sureness(self, figure: str) -> str:
        """Return the confidence of one figure."""
        return dict(self.confidence_of).get(figure, self.confidence)

    def unconfirmed(self, include: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return the figures that may not be scored.

        Parameters
        ----------
        include : tuple of str
            Confidences the study takes as good enough all the same.
        """
        good = {*CONFIRMED, *include}
        return tuple(name for name in self.figures if self.sureness(name) not in good)

    def text(self, lang: str) -> str:
        """Return the wording in `lang`."""
        return self.zh if lang == "zh" else self.en

    def source(self, lang: str) -> str:
        """Return the document and clause in `lang`."""
        return self.source_zh if lang == "zh" else self.source_en
