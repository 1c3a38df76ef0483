"""Ledgers of a study: read, laid on the map and the doors it names, and told of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import geopandas as gpd
import pandas as pd

from greenmap import i18n, settings
from greenmap.errors import Fault, Faults, StudyError
from greenmap.measure.ledger_merge import NOTE_COLUMNS, not_in_ledger
from greenmap.measure.match_ledger import LedgerMatch, match_ledger
from greenmap.model.manifest import table_digest
from greenmap.model.schema import first_few
from greenmap.model.walk_network import WalkNetwork
from greenmap.read.community_names import read_aliases
from greenmap.read.doors import read_doors
from greenmap.read.ledger import read_ledger
from greenmap.read.located import read_located
from greenmap.read.source import digest
from greenmap.report.ledger_book import LIST, REVIEW, write_ledger, write_unlocated
from greenmap.studies.areas import read_areas
from greenmap.studies.places import join_sources, read_all_amenities, read_all_homes
from greenmap.studies.study_text import StudyText, read_study_text
from greenmap.studies.tables import attempt, table_args

_LEDGER_KEYS = ("sheet", "category", "columns", "collected", "source", "encoding", "datum")


def read_all_ledgers(text: StudyText, communities: gpd.GeoDataFrame | None, faults: Faults
                     ) -> tuple[pd.DataFrame, ...]:
    """Read every ``[[ledgers]]`` of a study.

    Parameters
    ----------
    text : StudyText
        The study file.
    communities : GeoDataFrame, optional
        To say which community a row means.
    faults : Faults
        Takes what is wrong with any of them.

    Returns
    -------
    tuple of DataFrame
        Those that could be read, see :func:`greenmap.read_ledger`.
    """
    if not text.ledgers:
        return ()
    if communities is None:
        if not text.communities:
            faults.add("ledger.needs_communities", file=text.path.name)
        return ()
    people = getattr(text, "people", {})
    aliases = (attempt(faults, lambda: read_aliases(text.file(people["aliases"])))
               if "aliases" in people else None)
    tables: list[pd.DataFrame] = []
    names: set[str] = set()
    for entry in text.ledgers:
        if "path" not in entry:
            continue
        table = attempt(faults, lambda entry=entry: _read(  # type: ignore[misc]
            text, entry, communities, aliases))
        if table is not None:
            prefix = str(entry.get("source") or PurePosixPath(entry["path"]).stem)
            if prefix in names:
                faults.add("ledger.same_source", file=text.path.name, name=prefix)
            names.add(prefix)
            tables.append(table)
    return tuple(tables)


def _read(text: StudyText, entry: Mapping[str, Any], communities: gpd.GeoDataFrame,
          aliases: Mapping[str, str] | None) -> pd.DataFrame:
    args = {key: entry[key] for key in _LEDGER_KEYS if key in entry}
    mapping = entry.get("mapping")
    args["mapping"] = text.file(mapping) if isinstance(mapping, str) else mapping
    return read_ledger(text.file(entry["path"]), communities=communities, aliases=aliases,
                       as_of=entry.get("as_of", text.study.get("as_of")), **args)


def lay_ledgers(text: StudyText, ledgers: tuple[pd.DataFrame, ...],
                communities: gpd.GeoDataFrame | None, amenities: tuple[gpd.GeoDataFrame, ...],
                homes: gpd.GeoDataFrame | None, network: WalkNetwork | None, faults: Faults
                ) -> LedgerMatch | None:
    """Lay a study's ledgers on its map, doors and compounds.

    Parameters
    ----------
    text : StudyText
        The study file; ``[doors]`` and ``[located]`` are read here.
    ledgers : tuple of DataFrame
        From :func:`read_all_ledgers`.
    communities, homes, network : optional
        What was read.
    amenities : tuple of GeoDataFrame
        One per source.
    faults : Faults
        Takes what is wrong with doors or the filled-in list.

    Returns
    -------
    LedgerMatch or None
        None where there is no ledger, or a fault stands in the way.
    """
    before = len(faults)
    doors = (attempt(faults, lambda: read_doors(text.file(text.doors["path"]),
                                                **_door_args(text)))
             if "path" in text.doors else None)
    answers = (attempt(faults, lambda: read_located(text.file(text.located["path"]),
                                                    datum=text.located.get("datum")))
               if "path" in text.located else None)
    if not ledgers or communities is None or len(faults) > before:
        return None
    ledger = pd.concat([_bare(table) for table in ledgers])
    joined = join_sources(text, amenities) if amenities else _nothing()
    match = match_ledger(ledger, communities=communities, amenities=joined, doors=doors,
                         compounds=_compounds(homes, network), answers=answers)
    match.amenities.attrs["collected"] = _claims(joined, ledgers)
    lost = sorted(set(answers or {}) - set(ledger.index))
    told = [*(note for table in ledgers for note in table.attrs["notes"]),
            *({"kind": "list_unknown", "ledger_id": key, "place_id": "", "said": key, "found": "",
               "file": PurePosixPath(text.located["path"]).name, "row": 0} for key in lost)]
    extra = [not_in_ledger(match.ledger, match.amenities, communities.to_crs(match.amenities.crs),
                           tuple(table.attrs["collected"]))
             for table in ledgers if table.attrs["collected"]]
    notes = [table for table in (pd.DataFrame(told, columns=list(NOTE_COLUMNS)), match.notes,
                                 *extra) if len(table)]
    every = pd.concat(notes, ignore_index=True) if notes else match.notes
    return replace(match, notes=every.drop_duplicates())


def _door_args(text: StudyText) -> dict[str, Any]:
    args = table_args(text.doors, text)
    return {key: args[key] for key in args if key not in ("id", "name")}


def _bare(table: pd.DataFrame) -> pd.DataFrame:
    """A table without its record: concat would compare them."""
    plain = table.copy()
    plain.attrs = {}
    return plain


def _nothing() -> gpd.GeoDataFrame:
    columns: dict[str, Any] = {name: pd.Series(dtype=object) for name in
                               ("category", "place_id", "status", "name", "source")}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs="EPSG:4326"),
                            index=pd.Index([], name="amenity_id", dtype=object))


def _claims(joined: gpd.GeoDataFrame, ledgers: tuple[pd.DataFrame, ...]) -> tuple[str, ...]:
    """Categories claimed; ``all`` of a ledger means those it has."""
    claims = set(joined.attrs.get("collected", ()))
    for table in ledgers:
        own = set(table.attrs["collected"])
        claims |= set(table["category"].dropna()) if "all" in own else own
    return ("all",) if "all" in claims else tuple(sorted(claims))


def _compounds(homes: gpd.GeoDataFrame | None, network: WalkNetwork | None
               ) -> gpd.GeoDataFrame | None:
    """Compounds by name: the homes that name them, else their outlines."""
    if homes is not None and "compound" in homes:
        return gpd.GeoDataFrame({"name": homes["compound"].to_numpy()},
                                geometry=homes.geometry.representative_point().to_numpy(),
                                crs=homes.crs)
    barriers = None if network is None else network.barriers
    if network is not None and barriers is not None and len(barriers.compound):
        names = [str(name) or None for name in barriers.compound_name]
        outlined = gpd.GeoDataFrame({"name": names}, geometry=list(barriers.compound),
                                    crs=network.crs)
        if outlined["name"].notna().any():
            return outlined
    return None


def ledger_inputs(text: StudyText, ledgers: tuple[pd.DataFrame, ...], match: LedgerMatch | None
                  ) -> list[dict[str, Any]]:
    """Say for each ledger what its file gave, as the manifest lists sources.

    Parameters
    ----------
    text : StudyText
        The study file.
    ledgers : tuple of DataFrame
        As read.
    match : LedgerMatch, optional
        What they were laid on.

    Returns
    -------
    list of dict
    """
    records = []
    written = {PurePosixPath(entry["path"]).name: entry["path"]
               for entry in text.ledgers if "path" in entry}
    for table in ledgers:
        source = table.attrs["source"]
        path = PurePosixPath(written.get(source["name"], source["name"]))
        left_out = Counter(str(cause) for _, cause in table.attrs["left_out"])
        record = {"role": "ledgers", "name": table["source"].iloc[0],
                  "path": path.name if path.is_absolute() else str(path), "rows": len(table),
                  "digest": table_digest(table),
                  **{key: source.get(key) for key in ("encoding", "crs", "datum", "layer",
                                                      "as_of")}}
        noted = {"rows_in": source.get("rows_in"), "left_out": dict(sorted(left_out.items())),
                 "dropped_columns": table.attrs["dropped_columns"],
                 "collected": table.attrs["collected"],
                 "unclassified": sum(count for _, count in table.attrs["unclassified"])}
        records.append(record | {key: value for key, value in noted.items() if value})
    rows = {"doors": 0 if match is None else match.doors,
            "located": 0 if match is None else match.answered}
    return records + [_file_record(text, role, count) for role, count in rows.items()
                      if "path" in getattr(text, role)]


def _file_record(text: StudyText, role: str, rows: int) -> dict[str, Any]:
    written = PurePosixPath(getattr(text, role)["path"])
    return {"role": role, "name": written.name, "rows": rows,
            "path": written.name if written.is_absolute() else str(written),
            "digest": digest(text.file(str(written))), "encoding": None, "crs": None,
            "datum": getattr(text, role).get("datum"), "layer": None,
            "as_of": getattr(text, role).get("as_of", text.study.get("as_of"))}


def found_ledgers(match: LedgerMatch | None) -> Iterable[Fault]:
    """Tell how many rows were matched, and by what.

    Parameters
    ----------
    match : LedgerMatch, optional

    Yields
    ------
    Fault
        At most one.
    """
    if match is not None:
        yield Fault("ledger.found_ledgers", count_match(match))


def count_match(match: LedgerMatch) -> dict[str, int]:
    """Count a match's rows by result and by what they were located with."""
    result, by = Counter(match.ledger["match"]), Counter(match.ledger["located_by"])
    return {"rows": len(match.ledger), **{key: result[key] for key in ("accepted", "review",
                                                                      "none")},
            **{f"by_{key}": by[key] for key in ("map", "door", "compound")},
            "by_other": by["ledger"] + by["list"]}


def doubtful_ledgers(match: LedgerMatch | None) -> Iterable[Fault]:
    """Name what a ledger leaves open and where it disagrees.

    Parameters
    ----------
    match : LedgerMatch, optional

    Yields
    ------
    Fault
    """
    if match is None:
        return
    lost = match.ledger[match.ledger["place_id"].isna()]
    if len(lost):
        yield Fault("ledger.warn_unlocated", {
            "count": len(lost), "names": first_few(sorted(lost["name"].astype(str)))})
    asked = match.notes
    if len(asked):
        kinds = Counter(asked["kind"])
        lang = settings.current().lang
        told = ", ".join(f"{i18n.text(f'ledger.note_{kind}', lang)} × {kinds[kind]}"
                         for kind in sorted(kinds))
        first = asked.sort_values(["file", "row"], ascending=[False, True]).iloc[0]
        yield Fault("ledger.warn_notes", {
            "count": len(asked), "kinds": told, "file": first["file"] or "-",
            "row": first["row"], "said": first["said"] or first["found"]})


def match_study_ledgers(path: str | Path, folder: str | Path, *, lang: str | None = None
                        ) -> tuple[dict[str, int], dict[str, Path]]:
    """Lay the ledgers of a study on its map and write the two workbooks.

    Streets aren't read: a ledger can be worked on before they are there.

    Parameters
    ----------
    path : str or Path
        The study file.
    folder : str or Path
        Where ``ledger.xlsx`` and, if anything is left, ``待定位清单.xlsx`` go.
    lang : {"zh", "en"}, optional
        Default: the study's.

    Returns
    -------
    counts : dict
        Rows by result.
    files : dict
        ``match_file``, ``list_file``: what was written.

    Raises
    ------
    MissingFileError
        No such study file.
    InputFaults
        Everything wrong with the ledgers and what they are held against.
    """
    text, match = _match_alone(path, {})
    lang = lang or str(text.study.get("lang", "zh"))
    words = {"lang": lang, "title": str(text.study.get("name", "")),
             "marks": i18n.text("ledger.marks", lang)}
    target = Path(folder)
    files = {"match_file": write_ledger(match.ledger, match.notes, target / REVIEW, **words)}
    if (match.ledger["match"] != "accepted").any():
        files["list_file"] = write_unlocated(match.ledger, match.candidates, target / LIST, **words)
    return count_match(match), files


def check_located(path: str | Path, located: str | Path) -> dict[str, Any]:
    """Read a filled-in list against its study, and count what it settles.

    Parameters
    ----------
    path : str or Path
        The study file.
    located : str or Path
        The filled-in 待定位清单.

    Returns
    -------
    dict
        ``file``, ``answered`` (rows filled in), ``accepted`` and ``left``
        (rows of the ledgers).

    Raises
    ------
    InputFaults
        Rows that can't be read.
    """
    answers = read_located(located)
    _, match = _match_alone(path, {"path": Path(located).resolve().as_posix()})
    counts = count_match(match)
    return {"file": Path(located).name, "answered": len(answers),
            "accepted": counts["accepted"], "left": counts["rows"] - counts["accepted"]}


def _match_alone(path: str | Path, located: Mapping[str, Any]) -> tuple[StudyText, LedgerMatch]:
    """Read only what a ledger is held against."""
    faults = Faults()
    text = read_study_text(path, faults)
    faults.raise_if_any()
    assert text is not None
    text = replace(text, located=located or text.located)
    if not text.ledgers:
        raise StudyError("ledger.no_ledgers", file=text.path.name)
    communities = read_areas(text, faults)
    amenities = read_all_amenities(text, faults)
    homes = attempt(faults, lambda: read_all_homes(text, communities, faults))
    ledgers = read_all_ledgers(text, communities, faults)
    match = lay_ledgers(text, ledgers, communities, amenities, homes, None, faults)
    faults.raise_if_any()
    assert match is not None
    return text, match
