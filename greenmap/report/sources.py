"""Sources: what every number rests on, as rows of the workbook's last sheet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from greenmap import i18n
from greenmap.model.study import Assessment
from greenmap.report.columns import heading
from greenmap.report.overview import Block

INPUTS = ("role", "input_name", "rows", "as_of", "datum", "crs", "encoding", "digest", "notes")
_SHOWN = {"name", "role", "rows", "as_of", "datum", "crs", "encoding", "digest", "path"}


def list_inputs(result: Assessment, lang: str) -> pd.DataFrame:
    """List the sources a study was made from.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        Columns :data:`INPUTS`; ``notes`` tells everything else the door noted:
        rows left out with their cause, columns dropped, overlaps, repairs.
    """
    known = i18n.table("report", lang)
    rows = [{
        "role": known.get(f"role_{one.get('role', '')}", str(one.get("role", ""))),
        "input_name": str(one.get("name", "")),
        "rows": one.get("rows"),
        "as_of": str(one.get("as_of") or ""),
        "datum": str(one.get("datum") or ""),
        "crs": str(one.get("crs") or ""),
        "encoding": str(one.get("encoding") or ""),
        "digest": str(one.get("digest") or "")[:12],
        "notes": _told({k: v for k, v in one.items() if k not in _SHOWN}, known),
    } for one in result.study.inputs]
    return pd.DataFrame(rows, columns=list(INPUTS))


def source_blocks(result: Assessment, lang: str) -> list[Block]:
    """Lay out what else the numbers rest on: tables, network, arguments, versions.

    Parameters
    ----------
    result : Assessment
    lang : {"zh", "en"}

    Returns
    -------
    list of Block
    """
    known = i18n.table("report", lang)
    manifest = result.manifest
    tables = tuple((known[f"role_{name}"], one["rows"], one["digest"][:12])
                   for name, one in manifest.get("tables", {}).items())
    network = manifest.get("network", {})
    facts = [(known[f"network_{name}"], network[name]) for name in ("source", "nodes", "edges")
             if name in network]
    facts += [(known.get(f"note_{name}", name), count)
              for name, count in network.get("notes", {}).items()]
    blocks = [
        Block(known["block_tables"], (known["col_role"], heading("rows", lang),
                                      heading("digest", lang)), tables, ("text", "count", "code")),
        Block(known["block_network"], (), tuple(facts), ("long", "count")),
    ]
    for title, name in (("block_arguments", "arguments"), ("block_versions", "versions")):
        rows = tuple((known.get(f"argument_{key}", key), _plain(value, known))
                     for key, value in manifest.get(name, {}).items())
        blocks.append(Block(known[title], (), rows, ("long", "text")))
    return [block for block in blocks if block.rows]


def _told(facts: Mapping[str, Any], known: Mapping[str, str]) -> str:
    return "；".join(f"{known.get(f'note_{name}', name)}: {_plain(value, known)}"
                    for name, value in facts.items() if value not in (None, "", (), [], {}, 0))


def _plain(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return "、".join(f"{known.get(f'note_{name}', name)} {_plain(one, known)}"
                        for name, one in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return "、".join(str(_plain(one, known)) for one in value)
    return value if isinstance(value, (int, float, str)) else str(value)
