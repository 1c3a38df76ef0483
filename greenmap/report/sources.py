"""Sources: what every number rests on, as rows of the workbook's last sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from greenmap import i18n
from greenmap.model.category import load_categories
from greenmap.model.study import Assessment
from greenmap.report.columns import heading
from greenmap.report.overview import Block

INPUTS = ("role", "input_name", "layer", "rows", "rows_out", "as_of", "datum", "crs", "encoding",
          "digest", "notes")
_SHOWN = {*INPUTS, "name", "path", "rows_in"}
_DOORS = ("dropped_columns", "repaired", "overlaps", "unclassified", "id_rule", "community_rule",
          "no_geometry", "cells_empty")


def list_inputs(result: Assessment, lang: str) -> pd.DataFrame:
    """List the sources a study was made from.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`INPUTS`; ``notes`` tells everything else the study noted.
    """
    known = _words(lang)
    rows = [{
        "role": known.get(f"role_{one.get('role', '')}", str(one.get("role", ""))),
        "input_name": str(one.get("name", "")),
        "layer": str(one.get("layer") or ""),
        "rows": one.get("rows_in"),
        "rows_out": one.get("rows"),
        "as_of": str(one.get("as_of") or ""),
        "datum": str(one.get("datum") or ""),
        "crs": str(one.get("crs") or ""),
        "encoding": str(one.get("encoding") or ""),
        "digest": str(one.get("digest") or "")[:12],
        "notes": _told({k: v for k, v in one.items() if k not in _SHOWN}, known),
    } for one in result.study.inputs]
    return pd.DataFrame(rows, columns=list(INPUTS))


def source_blocks(result: Assessment, lang: str) -> list[Block]:
    """Lay out what else the numbers rest on: what the doors did, tables, network, versions.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    list of Block
    """
    known = _words(lang)
    manifest = result.manifest
    tables = tuple((known[f"role_{name}"], one["rows"], one["digest"][:12])
                   for name, one in manifest.get("tables", {}).items())
    network = manifest.get("network", {})
    facts = [(known[f"network_{name}"], network[name]) for name in ("source", "nodes", "edges")
             if name in network]
    facts += [(_note(name, known), count) for name, count in network.get("notes", {}).items()]
    blocks = [
        Block(known["block_doors"], (), tuple(_doors(result, known)), ("text", "wider")),
        Block(known["block_tables"], (known["col_role"], known["table_rows"],
                                      heading("digest", lang)), tables, ("text", "count", "code")),
        Block(known["block_network"], (), tuple(facts), ("text", "count")),
    ]
    for title, name in (("block_arguments", "arguments"), ("block_versions", "versions")):
        rows = tuple((known.get(f"argument_{key}", key), _plain(value, known))
                     for key, value in manifest.get(name, {}).items())
        blocks.append(Block(known[title], (), rows, ("text", "text")))
    blocks.append(_left_out(result, known))
    return [block for block in blocks if block.rows]


def _words(lang: str) -> dict[str, str]:
    """The report's words, and the categories' names by their ids."""
    names = {key: category.zh if lang == "zh" else category.en
             for key, category in load_categories().items()}
    return names | i18n.table("report", lang)


def _doors(result: Assessment, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What was changed on the way in, as the tables themselves carry it."""
    study = result.study
    for role, table in (("communities", study.communities), ("homes", study.homes),
                        ("amenities", study.amenities)):
        for name in _DOORS:
            value = table.attrs.get(name)
            if value:
                yield f"{known[f'role_{role}']} · {known[f'note_{name}']}", _plain(value, known)


def _left_out(result: Assessment, known: Mapping[str, str]) -> Block:
    study = result.study
    rows = []
    for table in (study.communities, study.homes, study.amenities):
        own = str(table.attrs.get("source", {}).get("name", ""))
        for entry in table.attrs.get("left_out", ()):
            name, row, cause = entry if len(entry) == 3 else (own, *entry)
            rows.append((str(name), row, known.get(f"left_{cause}", str(cause))))
    header = (known["col_input_name"], known["col_row"], known["col_reason"])
    return Block(known["block_left_out"], header, tuple(rows), ("text", "count", "long"))


def _note(name: str, known: Mapping[str, str]) -> str:
    """Say a network's count; ``left_out`` carries its reason after a space."""
    what, _, reason = name.partition(" ")
    return " ".join(t for t in (known.get(f"network_{what}") or known.get(f"note_{what}", what),
                                reason) if t)


def _told(facts: Mapping[str, Any], known: Mapping[str, str]) -> str:
    said = {name: value for name, value in facts.items() if value not in (None, "", (), [], {}, 0)}
    return known["between"].join(f"{known.get(f'note_{name}', name)}: {_plain(value, known)}"
                                 for name, value in said.items())


def _plain(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return known["within_list"].join(f"{_key(name, known)} {_plain(one, known)}"
                                         for name, one in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return known["within_list"].join(_together(one, known) for one in value)
    if isinstance(value, str):
        return _key(value, known)
    return value if isinstance(value, (int, float)) else str(value)


def _together(value: Any, known: Mapping[str, str]) -> str:
    """One entry of a list; what belongs together, such as a word and its count, stays so."""
    parts = value if isinstance(value, (list, tuple)) else (value,)
    return " ".join(str(_plain(part, known)) for part in parts)


def _key(name: str, known: Mapping[str, str]) -> str:
    """Word for a cause, a note or a category; anything else stays itself."""
    return known.get(f"left_{name}") or known.get(f"note_{name}") or known.get(name, name)
