"""Clause text: what a clause asks for, in words made from its figures."""

from __future__ import annotations

from greenmap import i18n
from greenmap.model.category import load_categories
from greenmap.model.clause import Alternative, Clause
from greenmap.model.standard_record import Standard

_WEAKEST = ("unsure", "memory", "proposal", "corroborated", "user_confirmed", "verified")


def asks(clause: Clause, lang: str) -> str:
    """Say what a clause asks for.

    Parameters
    ----------
    clause : Clause
    lang : {"zh", "en"}

    Returns
    -------
    str

    Examples
    --------
    >>> from greenmap.model.standard import load_standard
    >>> asks(load_standard("gb50180-2018").clause("t5.kindergarten"), "en")
    'within 300 m on foot'
    """
    parts = {"reach": _reach, "present": _present, "area": _area, "survey": _survey}[clause.kind](
        clause, lang)
    if clause.applies_to not in ("all", "where_possible"):
        parts.append(_say(f"applies_{clause.applies_to}", lang))
    if clause.people_min:
        parts.append(_say("people_min", lang, people=_number(clause.people_min)))
    for other in clause.alternatives:
        parts.append(_say("or_else", lang, what=_other(other, clause, lang)))
    return _say("and", lang).join(parts)


def weakest(clause: Clause) -> str:
    """Return the least sure confidence among the figures a verdict rests on.

    Examples
    --------
    >>> from greenmap.model.standard import load_standard
    >>> weakest(load_standard("gb50180-2018").clause("t5.cultural_station"))
    'memory'
    """
    sure = [clause.sureness(name) for name in clause.figures] or [clause.confidence]
    return min(sure, key=_WEAKEST.index)


def confidence_text(clause: Clause, lang: str) -> str:
    """Say how sure a clause's figures are, and who confirmed them."""
    said = i18n.text(f"term.confidence_{weakest(clause)}", lang)
    return f"{said} ({clause.confirmed})" if clause.confirmed else said


def document(standard: Standard, lang: str) -> str:
    """Return a standard's number or name, with its year."""
    name = standard.number or standard.name(lang)
    return name if standard.year in name else f"{name} ({standard.year})"


def measured_unit(clause: Clause, lang: str) -> str:
    """Return the unit of what was measured."""
    if clause.kind == "reach":
        return i18n.text(f"term.unit_{clause.unit}", lang)
    if clause.kind == "present":
        return _say("unit_places", lang)
    if clause.kind == "survey":
        return _say(f"unit_{clause.value_unit}", lang) if clause.value_unit else ""
    return _say(f"per_{clause.per}", lang, unit=_say(f"unit_{clause.measure}", lang))


def measured_text(clause: Clause, value: float, lang: str) -> str:
    """Say what was measured in a unit; a dash where nothing was.

    Examples
    --------
    >>> from greenmap.model.standard import load_standard
    >>> measured_text(load_standard("complete-community-2020").clause("item3"), 2.0, "en")
    '2 places'
    """
    if value != value or clause.kind == "reach":
        return "–"
    unit = measured_unit(clause, lang)
    return f"{_number(round(value, 4))} {unit}".strip()


def _reach(clause: Clause, lang: str) -> list[str]:
    unit = i18n.text(f"term.unit_{clause.unit}", lang)
    parts = [_say("within", lang, limit=_number(clause.limit), unit=unit)]
    if clause.radius_m is not None:
        parts.append(_say("radius", lang, limit=_number(clause.radius_m)))
    if clause.min_count > 1:
        parts.append(_say("count", lang, count=clause.min_count))
    return parts + _sizes(clause, lang)


def _present(clause: Clause, lang: str) -> list[str]:
    parts = [_say("count", lang, count=clause.min_count)]
    if clause.people_per_facility is not None:
        low, high = (_number(n) for n in clause.people_per_facility)
        parts = [_say("one_for", lang, people=high if low == "0" else f"{low}–{high}")]
    return parts + _sizes(clause, lang)


def _sizes(clause: Clause | Alternative, lang: str) -> list[str]:
    sizes = (("floor", clause.min_floor_m2), ("site", clause.min_area_m2))
    return [_say(name, lang, area=_number(area)) for name, area in sizes if area is not None]


def _area(clause: Clause, lang: str) -> list[str]:
    what = _say(f"measure_{clause.measure}", lang)
    return [f"{what} {_compared(clause, lang)}", *_sizes(clause, lang)]


def _survey(clause: Clause, lang: str) -> list[str]:
    if clause.answer == "yes_no":
        return [_say("yes_no", lang)]
    if clause.value is None:
        return [_say("no_figure", lang, unit=measured_unit(clause, lang))]
    return [_compared(clause, lang)]


def _compared(clause: Clause, lang: str) -> str:
    value, unit = clause.value or 0.0, measured_unit(clause, lang)
    if clause.value_to is not None:
        return f"{_number(value)}–{_number(clause.value_to)} {unit}".strip()
    sign = {">=": "≥", "<=": "≤"}.get(clause.op, clause.op)
    return f"{sign} {_number(value)} {unit}".strip()


def _other(other: Alternative, clause: Clause, lang: str) -> str:
    names = [load_categories()[c] for c in other.categories]
    parts = [(_say("slash", lang)).join(c.zh if lang == "zh" else c.en for c in names)]
    if clause.kind == "present" or other.min_count > 1:
        parts.append(_say("count", lang, count=other.min_count))
    if other.limit is not None:
        unit = i18n.text(f"term.unit_{clause.unit}", lang)
        parts.append(_say("within", lang, limit=_number(other.limit), unit=unit))
    parts += _sizes(other, lang)
    if other.applies_to != "all":
        parts.append(_say(f"applies_{other.applies_to}", lang))
    return _say("and", lang).join(parts)


def _number(value: float) -> str:
    return f"{value:,.6g}" if value < 1e6 else f"{value:,.0f}"


def _say(name: str, lang: str, **facts: object) -> str:
    return i18n.text(f"clause.{name}", lang, **facts)
