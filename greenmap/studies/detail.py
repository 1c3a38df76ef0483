"""Detail of a study: waits at crossings, counted only where the study asks for them."""

from __future__ import annotations

from collections.abc import Iterable

from greenmap import i18n, settings
from greenmap.errors import Fault, Faults
from greenmap.model.wait import KINDS, load_waits
from greenmap.model.walk_network import WalkNetwork
from greenmap.network.big_roads import with_big_roads
from greenmap.network.waits import with_waits
from greenmap.network.wheels import with_wheels
from greenmap.read.osm_crossings import read_osm_crossings
from greenmap.read.osm_ways import read_osm_ways
from greenmap.studies.streets import street_file
from greenmap.studies.study_text import StudyText
from greenmap.studies.tables import attempt


def with_detail(text: StudyText, network: WalkNetwork | None, faults: Faults
                ) -> WalkNetwork | None:
    """Put waits, widths, kerbs and ramps on the streets, where the study asks for ``detail``.

    Parameters
    ----------
    text : StudyText
        The study file.
    network : WalkNetwork, optional
        Streets, cut as they will be.
    faults : Faults
        Takes it when the streets come from no OpenStreetMap file.

    Returns
    -------
    WalkNetwork or None
        As given where no detail is asked for, or a fault stands in the way.
    """
    if not text.study.get("detail"):
        return network
    file = street_file(text, "[study] detail", faults)
    if network is None or file is None:
        return network
    waited = attempt(faults, lambda: with_waits(network, read_osm_crossings(file))) or network
    return attempt(faults, lambda: with_wheels(waited, read_osm_ways(file))) or waited


def with_sides(text: StudyText, network: WalkNetwork | None, faults: Faults
               ) -> WalkNetwork | None:
    """Let big roads be crossed at crossings only, where the study says so.

    Parameters
    ----------
    text : StudyText
        The study file: ``[network] big_roads``.
    network : WalkNetwork, optional
        Streets, not yet cut.
    faults : Faults
        Takes it when the streets come from no OpenStreetMap file.

    Returns
    -------
    WalkNetwork or None
        As given where big roads are crossed anywhere, or a fault stands in the way.
    """
    if text.network.get("big_roads", "anywhere") == "anywhere":
        return network
    file = street_file(text, "[network] big_roads", faults)
    if network is None or file is None:
        return network
    return attempt(faults, lambda: with_big_roads(network, read_osm_crossings(file))) or network


def found_waits(network: WalkNetwork) -> Iterable[Fault]:
    """Tell how many crossings count, what each costs, and how big roads are crossed.

    Parameters
    ----------
    network : WalkNetwork

    Yields
    ------
    Fault
        Nothing where waits aren't counted.
    """
    if "big_road_edges" in network.notes:
        yield Fault("study.found_big_roads", {"edges": network.notes["big_road_edges"],
                                              "parted": network.notes["big_road_parted"]})
    if network.wait_s is None:
        return
    lang = settings.current().lang
    both = zip(KINDS, load_waits().seconds(), strict=True)
    told = [i18n.text("study.wait_of", lang, kind=i18n.text(f"study.wait_{kind}", lang),
                      count=network.notes.get(f"waits_{kind}", 0), seconds=f"{seconds:g}")
            for kind, seconds in both]
    yield Fault("study.found_waits", {"waits": ", ".join(told)})
