"""The kind of a facility: a file's own words, codes and type paths to categories."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from greenmap import i18n
from greenmap.errors import Faults, TableError
from greenmap.model.category import category_by_label, classify_amap, load_categories
from greenmap.model.schema import first_few, normal
from greenmap.read.tables import read_table
from greenmap.read.values import plain

_LOG = logging.getLogger("greenmap.read")


def check_collected(collected: str | Sequence[str], faults: Faults) -> tuple[str, ...]:
    """Return a claim of completeness as ids, and note unknown ones.

    Parameters
    ----------
    collected : str or sequence of str
        Category ids, or ``"all"``.
    faults : Faults
        Takes ids that don't exist.

    Returns
    -------
    tuple of str
        Sorted; ``("all",)`` for all.

    Examples
    --------
    >>> check_collected(["pharmacy", "clinic"], Faults())
    ('clinic', 'pharmacy')
    """
    listed = {collected} if isinstance(collected, str) else set(collected)
    if "all" in listed:
        return ("all",)
    check_categories(sorted(listed), faults)
    return tuple(sorted(listed))


def check_categories(ids: Iterable[str], faults: Faults) -> None:
    """Note every id that isn't a category, with what may have been meant."""
    known = load_categories()
    for wrong in (key for key in ids if key not in known):
        near = get_close_matches(wrong, known, n=3, cutoff=0.5)
        label = category_by_label().get(wrong)
        near = [label] if label else near
        faults.add("read.category_unknown", category=wrong, near=", ".join(near) or "-")


def words_of(mapping: Mapping[str, str] | str | Path | None, faults: Faults) -> dict[str, str]:
    """Return the user's words, as compared, to category ids."""
    if mapping is None:
        return {}
    if isinstance(mapping, (str, Path)):
        raw = read_table(mapping, "amenities", faults=Faults())
        if len(raw.frame.columns) < 2:
            raise TableError("read.mapping_columns", file=raw.file)
        first, second = raw.frame.iloc[:, 0], raw.frame.iloc[:, 1]
        mapping = {str(a): str(b) for a, b in zip(first, second, strict=True) if a and b}
        top = [str(heading) for heading in raw.frame.columns[:2]]
        if top[1] in category_by_label():  # no headings: the first row is a pair as well
            mapping[top[0]] = top[1]
    labels = category_by_label()
    words = {normal(word): labels.get(target, target) for word, target in mapping.items()}
    check_categories(sorted(set(words.values())), faults)
    return words


def classify_rows(
    frame: pd.DataFrame, category: str | None, words: Mapping[str, str]
) -> tuple[list[tuple[str, ...]], tuple[tuple[str, int], ...]]:
    """Categories of every row, and how many rows of which type have none."""
    if category is not None:
        return [(category,)] * len(frame), ()
    blank = pd.Series("", index=frame.index)

    def cells(column: str) -> pd.Series[Any]:
        values = frame.get(column, blank).astype(object)
        return values.where(values.notna(), "")

    path = cells("type_path")
    if "type_1" in frame.columns:
        levels = [cells(f"type_{level}") for level in (1, 2, 3)]
        joined = [";".join(part for part in row if part) for row in zip(*levels, strict=True)]
        path = path.where(path != "", joined)
    keys = list(zip(cells("category"), cells("type_code"), path, cells("name"), strict=True))
    fixed = {kind: _by_word(*kind, words) for kind in {key[:3] for key in keys}}
    known = {key: fixed[key[:3]] or _by_rule(*key) for key in set(keys)}
    missing = Counter(
        " ".join(part for part in key[:3] if part) or "-" for key in keys if not known[key]
    )
    counts = tuple(sorted(missing.items(), key=lambda item: (-item[1], item[0])))
    return [known[key] for key in keys], counts


def _by_word(label: str, code: str, path: str, words: Mapping[str, str]) -> tuple[str, ...]:
    """The user's mapping first, then the file's own name of a category."""
    for word in (label, code, path, path.rsplit(";", 1)[-1]):
        if word and normal(word) in words:
            return (words[normal(word)],)
    labels = category_by_label()
    named = [labels.get(plain(part)) or labels.get(plain(part).lower()) for part in (label, path)]
    return tuple(key for key in named if key)[:1]


def _by_rule(label: str, code: str, path: str, name: str) -> tuple[str, ...]:
    return classify_amap(code, path, name) or (classify_amap("", label, name) if label else ())


def expand(table: gpd.GeoDataFrame, found: Sequence[tuple[str, ...]]) -> gpd.GeoDataFrame:
    """Give one row to each category of a place.

    Parameters
    ----------
    table : GeoDataFrame, n rows
        Index ``amenity_id``; ``place_id`` is set.
    found : sequence of tuple of str, length n
        Categories of each row.

    Returns
    -------
    GeoDataFrame
        With ``category``; the second category of X is row ``X#2``.
    """
    times = np.array([max(1, len(categories)) for categories in found], np.int64)
    repeated = table.iloc[np.repeat(np.arange(len(table)), times)]
    order = np.concatenate([np.arange(k) for k in times]) if len(times) else times
    ids = [f"{key}#{k + 1}" if k else key for key, k in zip(repeated.index, order, strict=True)]
    category = [key for keys in found for key in (keys or (None,))]
    table = repeated.assign(category=pd.Series(category, dtype=object).to_numpy())
    table.index = pd.Index(ids, name="amenity_id")
    return table


def tell_unclassified(unclassified: tuple[tuple[str, int], ...], file: str) -> None:
    """Log how many rows have no category, by type."""
    if unclassified:
        total = sum(count for _, count in unclassified)
        types = first_few([f"{kind} × {count}" for kind, count in unclassified])
        _LOG.warning(i18n.text("read.unclassified", file=file, count=total, types=types))
