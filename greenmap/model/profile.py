"""Profile: who walks. A speed with its source, and what that walker may not use."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from greenmap.errors import ProfileError
from greenmap.units import TICKS_PER

RANGES = {"speed_m_per_min": (5, 200), "stairs_factor": (1, 10), "max_grade": (0.01, 1),
          "slope_cap": (0.5, 2), "kerb_max_m": (0, 0.3), "min_width_m": (0.3, 3)}
"""Least and greatest value of a figure; anything beyond is a slip or another unit."""

_FIELDS = {"id", "zh", "en", "steps", "basis_zh", "basis_en", "source", "stairs_source",
           "slope_source", "way_source", "confidence", *RANGES}


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of walker.

    Parameters
    ----------
    id, zh, en : str
        Key and names.
    speed_m_per_min : float, optional
        Flat walking speed, metres per minute; None for the profile that only
        counts metres.
    steps : {"allowed", "blocked"}
        Whether flights of steps may be used.
    stairs_factor : float
        How many times longer a metre of steps takes than a metre of flat street.
    max_grade : float, optional
        Steepest street used (rise / run, 0.0833 = 1:12), uphill or down; told
        only where heights are known.
    slope_cap : float, optional
        Greatest factor of the flat speed: 1.0 for walkers whom a gentle descent
        doesn't make faster; None: no cap.
    basis_zh, basis_en, source : str
        What the speed rests on.
    stairs_source, slope_source, way_source : str
        What `stairs_factor` rests on; `max_grade` and `slope_cap`; `kerb_max_m` and
        `min_width_m`.
    confidence : str
        ``verified``, ``corroborated``, ``memory``, ``unsure`` or ``proposal``:
        that of the weakest figure.
    kerb_max_m, min_width_m : float, optional, metres
        Highest kerb taken; clear width needed. Told only where they are known.
    """

    id: str
    zh: str
    en: str
    speed_m_per_min: float | None
    steps: str = "allowed"
    stairs_factor: float = 1.0
    max_grade: float | None = None
    slope_cap: float | None = None
    basis_zh: str = ""
    basis_en: str = ""
    source: str = ""
    stairs_source: str = ""
    slope_source: str = ""
    confidence: str = "proposal"
    kerb_max_m: float | None = None
    min_width_m: float | None = None
    way_source: str = ""

    @property
    def unit(self) -> str:
        """``"min"``, or ``"m"`` for the profile that counts metres."""
        return "m" if self.speed_m_per_min is None else "min"

    @property
    def ticks_per_m(self) -> float:
        """Ticks that one metre of flat street costs."""
        if self.speed_m_per_min is None:
            return float(TICKS_PER["m"])
        return TICKS_PER["min"] / self.speed_m_per_min

    def metres_in(self, limit_min: float) -> float:
        """Return the metres walked in `limit_min` minutes (``inf``: not timed).

        Examples
        --------
        >>> load_profile("elderly").metres_in(15)
        810.0
        """
        speed = self.speed_m_per_min
        return float("inf") if speed is None else float(speed * limit_min)

    def name(self, lang: str) -> str:
        """Return the profile's name in `lang`."""
        return self.zh if lang == "zh" else self.en


def _lies_in(value: Any, least: float, most: float) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and least <= value <= most


def _from_table(table: dict[str, Any], source: str) -> Profile:
    unknown = sorted(set(table) - _FIELDS - {"schema"})
    if unknown:
        raise ProfileError("standard.profile_unknown_fields", file=source,
                           fields=", ".join(unknown))
    missing = sorted({"id", "zh", "en"} - set(table))
    if missing:
        raise ProfileError("standard.profile_missing_fields", file=source,
                           fields=", ".join(missing))
    for field, (least, most) in RANGES.items():
        if field in table and not _lies_in(table[field], least, most):
            raise ProfileError("standard.profile_range", file=source, field=field, least=least,
                               most=most, found=table[field])
    if table.get("steps", "allowed") not in ("allowed", "blocked"):
        raise ProfileError("standard.profile_steps", file=source, steps=table["steps"])
    values = {name: table[name] for name in _FIELDS if name in table}
    return Profile(**{"speed_m_per_min": None, **values})


@cache
def profile_ids() -> tuple[str, ...]:
    """Return the ids of the profiles that ship.

    Examples
    --------
    >>> "elderly" in profile_ids()
    True
    """
    folder = resources.files("greenmap") / "profiles"
    return tuple(sorted(Path(f.name).stem for f in folder.iterdir() if f.name.endswith(".toml")))


def load_profile(source: str | Path) -> Profile:
    """Load a walking profile that ships, or one of your own.

    Parameters
    ----------
    source : str or Path
        An id such as ``"adult"``, or the path of a TOML file.

    Returns
    -------
    Profile

    Raises
    ------
    ProfileError
        Unknown id, or a field that is unknown, missing or out of range.

    Examples
    --------
    >>> load_profile("adult").speed_m_per_min
    72
    >>> load_profile("metres").unit
    'm'
    """
    if str(source) in profile_ids():
        file = resources.files("greenmap") / "profiles" / f"{source}.toml"
        return _from_table(tomllib.loads(file.read_text("utf-8")), f"{source}.toml")
    path = Path(source)
    if path.suffix != ".toml" or not path.is_file():
        raise ProfileError("standard.profile_unknown", id=str(source),
                           known=", ".join(profile_ids()))
    try:
        return _from_table(tomllib.loads(path.read_text("utf-8")), path.name)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError("standard.toml_broken", file=path.name, detail=str(error)) from error
