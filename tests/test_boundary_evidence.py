"""Boundaries laid on buildings: made towns and the compounds of two real ones."""

import shutil

import geopandas as gpd
import numpy as np
import pytest
import shapely
from test_datum_evidence import OSM, TRUE_M, lattice

from greenmap.model.datum import DATUMS, from_wgs84, to_wgs84
from greenmap.network.boundary_evidence import find_boundary_datum
from greenmap.network.open import read_network
from greenmap.read.osm_file import read_osm_buildings
from greenmap.studies import check_study


def as_read(areas, *, truth, declared):
    """Boundaries whose file is in one datum, read as another."""
    def move(lonlat):
        raw = from_wgs84(lonlat[:, 0], lonlat[:, 1], datum=truth)
        return np.column_stack(to_wgs84(*raw, datum=declared))

    return areas.set_geometry(gpd.GeoSeries(shapely.transform(areas.geometry.to_numpy(), move),
                                            index=areas.index, crs=4326))


@pytest.fixture(scope="module")
def town():
    """Blocks full of houses, streets 22 m wide between them; the areas are blocks."""
    network, _ = lattice(101.70, 26.57, seed=5)
    lon, lat = np.unique(network.lon.round(6)), np.unique(network.lat.round(6))
    draw = np.random.default_rng(6)
    houses, areas = [], []
    for west, east in zip(lon, lon[1:], strict=False):
        for south, north in zip(lat, lat[1:], strict=False):
            areas.append(shapely.box(west, south, east, north))
            for _ in range(12):
                x = draw.uniform(west + 2e-4, max(east - 5e-4, west + 2.1e-4))
                y = draw.uniform(south + 2e-4, max(north - 5e-4, south + 2.1e-4))
                houses.append(shapely.box(x, y, min(x + 4e-4, east - 1e-4),
                                          min(y + 4e-4, north - 1e-4)))
    table = gpd.GeoDataFrame(geometry=areas, crs=4326)
    return network, gpd.GeoSeries(houses, crs=4326), table


@pytest.mark.parametrize("truth", DATUMS)
@pytest.mark.parametrize("declared", DATUMS)
def test_boundaries_between_houses_name_their_datum(town, truth, declared):
    network, houses, areas = town
    found = find_boundary_datum(network, as_read(areas, truth=truth, declared=declared),
                                declared=declared, buildings=houses)
    assert found.best == truth, found
    right = truth == declared
    assert found.verdict in (("fits", "unclear") if right else ("other", "likely"))
    assert (found.offset_m > 300) == (not right)


def test_boundaries_put_anywhere_accuse_nobody(town):
    network, houses, _ = town
    for seed in range(5):
        draw = np.random.default_rng(seed)
        x, y = 101.70 + draw.random(12) * 0.02, 26.57 + draw.random(12) * 0.02
        areas = gpd.GeoDataFrame(geometry=shapely.box(x, y, x + 3e-3, y + 3e-3), crs=4326)
        found = find_boundary_datum(network, areas, declared="wgs84", buildings=houses)
        assert found.verdict != "other", (seed, found)


def test_without_buildings_or_shifts_nothing_is_asked(town):
    network, houses, areas = town
    assert find_boundary_datum(network, areas, declared="wgs84", buildings=None) is None
    assert find_boundary_datum(network, areas, declared="wgs84", buildings=houses[:10]) is None
    away = areas.set_geometry(areas.geometry.translate(-117, 2))
    assert find_boundary_datum(network, away, declared="wgs84", buildings=houses) is None


@pytest.mark.parametrize("city", OSM)
def test_compounds_of_two_towns(shared_data, city):
    streets = shared_data / "osm" / OSM[city]
    network, outlines = read_network(streets), read_osm_buildings(streets).geometry
    areas = gpd.read_file(shared_data / "boundaries" / f"{city}_compounds_wgs84.geojson")
    for truth in DATUMS:
        for declared in DATUMS:
            found = find_boundary_datum(network, as_read(areas, truth=truth, declared=declared),
                                        declared=declared, buildings=outlines)
            if truth == declared:  # never accused
                assert found.best == declared and found.verdict in ("fits", "unclear"), found
            else:
                assert (found.best, found.verdict in ("other", "likely")) == (truth, True), found
            if declared == "wgs84" and truth != "wgs84":
                assert found.offset_m == pytest.approx(TRUE_M[city, truth], abs=20)


def test_a_study_is_told(shared_data, tmp_path):
    from test_datum_evidence import panzhihua_study

    study = panzhihua_study(shared_data, tmp_path, 'datum = "gcj02"')
    assert not [f for f in (*check_study(study).warnings, *check_study(study).faults)
                if "datum" in f.key]
    text = study.read_text("utf-8").replace("[communities]", '[communities]\ndatum = "gcj02"', 1)
    study.write_text(text, "utf-8")  # the file is WGS 84: read as GCJ-02 it lies 425 m off
    report = check_study(study)
    told = [f for f in (*report.warnings, *report.faults)
            if f.key in ("study.warn_boundary_datum", "study.datum_other")]
    assert len(told) == 1 and told[0].facts["best"] == "wgs84"
    assert int(told[0].facts["offset"]) == pytest.approx(425, abs=20)
    shutil.rmtree(tmp_path / "check", ignore_errors=True)
