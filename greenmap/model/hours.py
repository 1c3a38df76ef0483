"""Hours: when a gate is open, as planners and OpenStreetMap write it."""

from __future__ import annotations

import re

_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*(?:[-–—~～]|至|到)\s*(\d{1,2})[:：](\d{2})")
_EVERY_DAY = re.compile(
    r"^(?:mo-su|daily|每天|每日|全周|周一至周日|星期一至星期日)?[\s,\uff0c:：]*$", re.I)
_ALWAYS = ("24/7", "24小时", "全天", "全天开放", "00:00-24:00", "0:00-24:00")


def minutes_of_day(time: str) -> int | None:
    """Return the minute of the day of ``HH:MM``; None if it isn't one.

    Examples
    --------
    >>> minutes_of_day("22:30"), minutes_of_day("25:00"), minutes_of_day("22.30")
    (1350, None, None)
    """
    found = re.fullmatch(r"\s*(\d{1,2})[:：](\d{2})\s*", time)
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2])
    return hour * 60 + minute if minute < 60 and hour * 60 + minute <= 1440 else None


def open_at(hours: str, at: str) -> bool | None:
    """Say whether something with these hours is open at a time of any day.

    Parameters
    ----------
    hours : str
        Spans such as ``06:00-22:00``, several parted by ``;`` or ``,``; or ``24/7``. A span
        may pass midnight. Hours of single weekdays can't be told for any day.
    at : str
        ``HH:MM``; the end of a span is shut already.

    Returns
    -------
    bool or None
        None: the hours can't be read.

    Examples
    --------
    >>> open_at("06:00-22:00", "22:30"), open_at("每天 6:00至23:00", "22:30")
    (False, True)
    >>> open_at("22:00-06:00", "05:59"), open_at("Mo-Fr 08:00-18:00", "09:00")
    (True, None)
    """
    text, now = hours.strip(), minutes_of_day(at)
    if text.replace(" ", "") in _ALWAYS:
        return True
    spans = []
    for part in re.split(r"[;\uff1b,\uff0c、]", text):
        found = _SPAN.search(part)
        ends = [] if not found else [
            minutes_of_day(f"{found[k]}:{found[k + 1]}") for k in (1, 3)]
        if (not found or None in ends or part[found.end():].strip()
                or not _EVERY_DAY.match(part[:found.start()].strip())):
            return None
        spans.append(ends)
    if now is None or not spans:
        return None
    return any((a <= now < b) if a < b else (now >= a or now < b)
               for a, b in spans if a is not None and b is not None)
