"""The sample folder: every file of the study, written beside and then moved into place."""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

from greenmap.i18n import text
from greenmap.sample import layers, tables
from greenmap.sample.city import City, make_city
from greenmap.sample.osm import StreetFile, bounds, street_file, write_pbf, write_xml
from greenmap.sample.truth import truth


def write_all(folder: Path, seed: int) -> None:
    """Write the whole sample into a folder, which is made if it isn't there.

    Parameters
    ----------
    folder : Path
        Where to write.
    seed : int
        Of the city.
    """
    city = make_city(seed)
    streets = street_file(city)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".sample-", dir=folder) as beside:
        new = Path(beside)
        _write_text(city, streets, new)
        _write_binary(city, streets, new)
        for file in sorted(new.iterdir()):
            file.replace(folder / file.name)


def write_office_folder(folder: Path, seed: int, *, boundaries: bool) -> None:
    """Write the sample as an office holds it; see :mod:`greenmap.sample.office`.

    Parameters
    ----------
    folder : Path
        Where to write; parts of the sample that are there are replaced.
    seed : int
        Of the city.
    boundaries : bool
        Whether the office has the communities' boundaries.
    """
    from greenmap.sample.office import write_office

    city = make_city(seed)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".sample-", dir=folder) as beside:
        new = Path(beside)
        write_office(city, bounds(city), new, boundaries=boundaries)
        for part in sorted(new.iterdir()):
            old = folder / part.name
            if old.is_dir():
                rmtree(old)
            part.replace(old)


def _write_text(city: City, streets: StreetFile, folder: Path) -> None:
    write_xml(streets, folder / "streets.osm")
    tables.write_csv(tables.amenities(city), folder / "amenities_wgs84.csv")
    amap = folder / "amenities_gcj02_gbk.csv"
    tables.write_csv(tables.amap(city), amap, encoding="gb18030", end="\r\n")
    tables.write_csv(tables.homes(city, streets.building), folder / "homes.csv")
    tables.write_csv(tables.idle_rooms(city), folder / "idle_rooms.csv")
    words = {
        "communities.geojson": tables.communities_geojson(city),
        "study.toml": (Path(__file__).parent / "study.toml").read_text("utf-8"),
        "truth.toml": truth(city, streets),
        "说明.txt": text("sample.readme", "zh") + "\n" + text("sample.readme", "en"),
    }
    for name, content in words.items():
        (folder / name).write_bytes(content.encode("utf-8"))


def _write_binary(city: City, streets: StreetFile, folder: Path) -> None:
    write_pbf(streets, folder / "streets.pbf")
    tables.write_xlsx(tables.chinese(city), folder / "amenities.xlsx")
    layers.write_communities(city, folder)
    layers.write_homes(tables.homes(city, streets.building), folder / "homes.gpkg")
    layers.write_rasters(city, streets.bounds, folder)
