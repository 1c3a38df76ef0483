"""The embedded sample: a small fictional (虚构) Chinese district to try everything on.

Three by three superblocks with gated compounds, an old quarter, a river with two
bridges, a railway with one underpass and a hill with steps; every facility of the
generic checklist, and gaps planted on purpose, each with its cause in truth.toml.
"""

from __future__ import annotations

from pathlib import Path


def write_sample(folder: str | Path, *, seed: int = 0) -> Path:
    """Write the fictional sample district: a study ready to be assessed.

    Parameters
    ----------
    folder : path
        Where to write; made if it isn't there. Files of the sample that are
        there already are replaced, others are left alone.
    seed : int
        Another seed bends the streets and deals the residents otherwise; the
        planted gaps stay. The same seed gives the same content on every
        machine.

    Returns
    -------
    Path
        The folder. It holds ``study.toml``; streets as ``.osm`` and ``.pbf``;
        communities, homes and facilities as csv, xlsx, GeoJSON, GeoPackage
        and shapefile, in UTF-8 and GBK, WGS 84 and GCJ-02; height and
        population rasters; idle rooms; ``truth.toml`` with every planted gap
        and trap; ``说明.txt``.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     (write_sample(folder) / "study.toml").is_file()
    True
    """
    from greenmap.sample.files import write_all

    folder = Path(folder)
    write_all(folder, seed)
    return folder
