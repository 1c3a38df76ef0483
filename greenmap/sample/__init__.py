"""The embedded sample: a small fictional (虚构) Chinese district to try everything on.

Three by three superblocks with gated compounds, an old quarter, a river with two
bridges, a railway with one underpass and a hill with steps; every facility of the
generic checklist, and gaps planted on purpose, each with its cause in truth.toml.
"""

from __future__ import annotations

from pathlib import Path

from greenmap.errors import StudyError


def write_sample(folder: str | Path, *, seed: int = 0, form: str = "study",
                 boundaries: bool = True) -> Path:
    """Write the fictional sample district: a study ready to be assessed, or an office's folder.

    Parameters
    ----------
    folder : path
        Where to write; made if it isn't there. Files of the sample that are
        there already are replaced, others are left alone.
    seed : int
        Another seed bends the streets and deals the residents otherwise; the
        planted gaps stay. The same seed gives the same content on every
        machine.
    form : {"study", "office"}
        ``office``: the same district as a planning office holds it, for
        :func:`greenmap.init_study`: no OSM, no homes, no study file; road
        centrelines, a population table, compounds, buildings, gates, two
        ledgers without coordinates.
    boundaries : bool
        Whether the office has the communities' boundaries.

    Returns
    -------
    Path
        The folder. It holds ``study.toml``; streets as ``.osm`` and ``.pbf``;
        communities, homes and facilities as csv, xlsx, GeoJSON, GeoPackage
        and shapefile, in UTF-8 and GBK, WGS 84 and GCJ-02; height and
        population rasters; idle rooms; ``truth.toml`` with every planted gap
        and trap; ``说明.txt``.

    Raises
    ------
    StudyError
        There is no such form.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     (write_sample(folder) / "study.toml").is_file()
    True
    """
    from greenmap.sample.files import write_all, write_office_folder

    folder = Path(folder)
    if form == "office":
        write_office_folder(folder, seed, boundaries=boundaries)
    elif form == "study":
        write_all(folder, seed)
    else:
        raise StudyError("sample.form", found=form)
    return folder
