"""The truth file: every planted gap with its cause, and every trap."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np

from greenmap.model.standard import Clause, load_standard
from greenmap.sample.city import City
from greenmap.sample.communities import COMMUNITIES
from greenmap.sample.country import POND_PATH
from greenmap.sample.facilities import STANDARD, in_core, weights
from greenmap.sample.osm import StreetFile, walls
from greenmap.sample.planted import DECOYS, ESTATE, GAPS, NOT_ATTACHED, UNSURE
from greenmap.sample.tables import amenity_ids

HEAD = """\
# 虚构数据 / fictional data. What was planted in the sample district, and why.
# Made by the sample itself; the audit has to find all of it and nothing else.
#
# state       not_met: a gap; not_known: belongs on the field-check list
# cause       the true cause
# visible_in  "plain": the streets as drawn show it; "full": only walls, gates, slope or steps do
# seen_as     the cause that streets alone can give ("" where they show no gap);
#             "detour": a place is near in a straight line but far on foot
# people      residents of the clause's group; people_kept: those in the planted core
"""


def truth(city: City, file: StreetFile) -> str:
    """Return the truth file's text.

    Parameters
    ----------
    city : City
        As made.
    file : StreetFile
        Its street file, for the numbers of walls and gates.

    Returns
    -------
    str
        TOML.
    """
    tables = [("gap", row) for row in _gaps(city)] + [("trap", row) for row in _traps(city, file)]
    return HEAD + "".join(_table(name, row) for name, row in tables)


def _gaps(city: City) -> list[dict[str, object]]:
    clauses = {c.id: c for c in load_standard(STANDARD).clauses}
    rows = []
    for gap in GAPS:
        counts = weights(clauses[gap.clause], city.homes)
        plain = gap.visible_in == "plain"
        seen = gap.cause if gap.cause in (UNSURE, "none_near") else "detour"
        rows.append(
            _gap(city, gap.community, clauses[gap.clause], gap.cause, gap.state, gap.visible_in)
            | {
                "seen_as": seen if plain else "",
                "people_kept": int(counts[in_core(gap, city.homes)].sum()),
            }
        )
    farm = np.array([h.building.kind == "farm" for h in city.homes])
    for clause in NOT_ATTACHED[1]:
        kept = int(weights(clauses[clause], city.homes)[farm].sum())
        cause = "not_attached"
        row = _gap(city, NOT_ATTACHED[0], clauses[clause], cause, "not_known", "plain")
        rows.append(row | {"seen_as": cause, "people_kept": kept})
    return rows


def _gap(
    city: City, key: str, clause: Clause, cause: str, state: str, visible_in: str
) -> dict[str, object]:
    community = next(c for c in COMMUNITIES if c.key == key)
    there = np.array([h.community is community for h in city.homes])
    return {
        "community_id": community.code,
        "community": community.name,
        "clause": clause.id,
        "category": clause.categories[0],
        "state": state,
        "cause": cause,
        "visible_in": visible_in,
        "people": int(weights(clause, city.homes)[there].sum()),
    }


def _traps(city: City, file: StreetFile) -> list[dict[str, object]]:
    ids = dict(zip(city.facilities, amenity_ids(city.facilities), strict=True))
    shut = [f for f in city.facilities if f.name in {d.name for d in DECOYS}]
    gates = [(c.name, g) for c in city.compounds for g in c.gates]
    clinic_gap = next(g for g in GAPS if g.cause == "river")
    clinic = next(f for f in city.facilities if f.at == clinic_gap.pins[0])
    estate = [h.home_id for h in city.homes if h.building.compound == ESTATE]
    rows: list[dict[str, object]] = [
        {"kind": "estate", "what": "a clinic near in a straight line, about 25 minutes on foot",
         "compound": ESTATE, "amenity_id": ids[clinic], "home_ids": estate},
        {"kind": "five_compounds", "what": "five small compounds with eleven walls between them",
         "compounds": [c.name for c in city.compounds if not c.mapped],
         "walls": walls(file, "between")},
        {"kind": "not_attached", "what": "a farm row more than 100 m from any street",
         "home_ids": [h.home_id for h in city.homes if h.building.kind == "farm"]},
        {"kind": "river", "what": "two bridges only", "ways": _ways(file, "bridge", "highway")},
        {"kind": "railway", "what": "one underpass only", "ways": _ways(file, "tunnel", "highway")},
        {"kind": "steps", "what": "steps up the hill", "ways": _ways(file, "step_count")},
        {"kind": "island", "what": "a path round a pond that touches no street",
         "ways": [w.number for w in file.ways if w.tags.get("name") == POND_PATH]},
        {"kind": "private_lanes", "what": "lanes tagged access=private: residents only",
         "ways": _ways(file, "access", "highway")},
    ]  # fmt: skip
    for kind in ("locked", "residents"):
        own = [(name, file.gate[g.at]) for name, g in gates if g.access == kind]
        rows.append(
            {"kind": f"{kind}_gates", "what": f"gates: {kind}",
             "compounds": [name for name, _ in own], "nodes": [node for _, node in own]}
        )  # fmt: skip
    for f in shut:
        what = {"open": "too small", "closed": "shut", "planned": "only planned"}[f.status]
        rows.append({"kind": "decoy", "what": what, "amenity_id": ids[f], "category": f.category})
    return rows


def _ways(file: StreetFile, *keys: str) -> list[int]:
    return [w.number for w in file.ways if set(keys) <= set(w.tags)]


def _table(name: str, row: Mapping[str, object]) -> str:
    lines = [f"{key} = {_value(value)}" for key, value in row.items()]
    return "\n".join(["", f"[[{name}]]", *lines, ""])


def _value(value: object) -> str:
    """Return a TOML value; strings, whole numbers and lists of them are as in JSON."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)
