"""Columns: what each column of a handed-on table holds, how wide and how it is headed."""

from __future__ import annotations

from greenmap import i18n

KINDS = {
    "text": ("text", 15), "word": ("text", 9), "code": ("text", 16), "long": ("text", 23),
    "count": ("count", 8), "share": ("share", 8), "number": ("number", 8), "blank": ("text", 12),
    "plain": ("plain", 6), "wider": ("text", 30),
}
"""Kind of column: cell format and width in characters."""

_KIND_OF = {
    "count": "rank people people_covered people_unknown people_missing rows rows_out "
             "people_covered_no_waits snap_count homes places junctions component "
             "people_assumed gates_surveyed gates_mapped gates_assumed gates_unknown compounds "
             "between_people between_unknown people_worst people_served children places_missing "
             "compounds_ungated people_measured people_places people_held "
             "completeness_known window_known people_per_facility",
    "share": "radius_share walked_share land_share share_reached "
             "share required shortfall share_assumed share_measured share_low share_high "
             "snap_share share_slower share_faster share_gates_farther share_gates_nearer",
    "plain": "limit item radius_m gini lon lat",
    "number": "walk_from straight_m per_place "
              "walk_median walk_p90 walk_median_no_waits walk_p90_no_waits value_no_waits "
              "leg_m area_m2 capacity value expected window_expected apart_m similarity "
              "snap_median_m snap_longest_m length_m distance_m edit_metres people_factor",
    "code": "unit_id community_id home_id amenity_id place_id gap_id check_id clause_id digest "
            "kept_id other_id merged_into repair_id edit_id",
    "long": "snap_first clause source_text people_by_cause todo role source data_source "
            "road_finding edit_result",
    "wider": "notes people_rules",
    "text": "snap_status measured way unit_name community_name name input_name reason cause "
            "people_basis group "
            "note category why_not confidence layer subdistrict entrance_rule "
            "completeness_basis usual_source decision kept_name other_name kept_source "
            "other_source filled road_name other_road_name",
    "blank": "found checked_by checked_on",
}
_KINDS = {name: kind for kind, names in _KIND_OF.items() for name in names.split()}


def kind_of(column: str) -> str:
    """Return the kind of a column, one of :data:`KINDS`.

    Examples
    --------
    >>> kind_of("share"), kind_of("state")
    ('share', 'word')
    """
    return _KINDS.get(column, "word")


def heading(column: str, lang: str) -> str:
    """Return a column's heading.

    Parameters
    ----------
    column : str
        Canonical name.
    lang : {"zh", "en"}

    Returns
    -------
    str

    Examples
    --------
    >>> heading("unit_id", "zh")
    '单元编号'
    """
    return i18n.text(f"report.col_{column}", lang)
