"""In which form a column writes its times, and what shows it. Pure; a tie is told, never hidden.

Knows nothing of what a time is of.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MONTH_FIRST = ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y", "%m/%d/%y", "%m-%d-%y", "%m.%d.%y", "%m%d%Y")
_DAY_FIRST = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%m-%y", "%d.%m.%y", "%d%m%Y")
_OTHER = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d",
    "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%b %d, %Y", "%b %d %Y", "%B %d, %Y", "%d %B %Y",
)  # fmt: skip
_DATES = (*_MONTH_FIRST, *_DAY_FIRST, *_OTHER)
_TIMES = (
    "%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%I:%M:%S%p", "%I:%M%p",
    "%H:%M:%S.%f", "%H:%M:%S%z", "%H:%M:%S.%f%z", "%H%M%S", "%H%M",
)  # fmt: skip
_WHOLE = tuple(
    itertools.chain(
        (f"{date}{between}{time}" for date in _DATES for between in " T" for time in _TIMES),
        (f"{time} {date}" for time in _TIMES for date in _DATES if date != time),
    )
)
_KINDS: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("moment", _WHOLE),
    ("date", _DATES),
    ("clock", _TIMES),
)
ZONE_NAMES = {
    "EST": "America/New_York", "EDT": "America/New_York",
    "CST": "America/Chicago", "CDT": "America/Chicago",
    "MST": "America/Denver", "MDT": "America/Denver",
    "PST": "America/Los_Angeles", "PDT": "America/Los_Angeles",
    "AKST": "America/Anchorage", "AKDT": "America/Anchorage",
    "HST": "Pacific/Honolulu", "UTC": "UTC", "GMT": "UTC",
}  # fmt: skip
"""Where the short names of North American zones are used; only a hint."""
_ZONE_NAME = re.compile(rf"\s+({'|'.join(ZONE_NAMES)})$")
_LIKE_A_TIME = re.compile(r"[0-9].*[0-9]")
_EPOCH_FROM, _EPOCH_TO = 946_684_800, 4_102_444_800
"""The years 2000 to 2100."""
_FEW, _FIRST, _MOST = 9, 60, 3000
"""Values whose shape picks the forms, those that a form must fit at first, and that decide."""
_FITS = 0.98
_MUCH_SHORTER = 3.0
"""How many times longer the wrong order of day and month must stretch a file to be ruled out."""


Kind = Literal["moment", "date", "clock"]


@dataclass(frozen=True, slots=True)
class Found:
    """How a column writes its times."""

    formats: tuple[str, ...]
    """What goes into `date_formats`: strptime codes, `iso`, or `epoch`."""
    kind: Kind
    """A whole moment, only its date, or only the clock."""
    evidence: str = ""
    """What shows that the day or the month comes first."""
    doubt: str = ""
    """What a person should check."""


def times_in(texts: Sequence[str], *, named_as_time: bool) -> Found | None:
    """How these texts write times; None when they are not times.

    Bare digits count as times only in a column whose name says so.
    """
    distinct = tuple(dict.fromkeys(texts))[:_MOST]
    if not distinct or not all(_LIKE_A_TIME.search(text) for text in distinct[:_FIRST]):
        return None
    if all(text.isdigit() for text in distinct):
        if not named_as_time:
            return None
        if epoch := _epoch(distinct):
            return epoch
    names = tuple(sorted({found[1] for text in distinct if (found := _ZONE_NAME.search(text))}))
    bare = tuple(_ZONE_NAME.sub("", text) for text in distinct)
    if not names and _is_iso(bare):
        return Found(("iso",), "moment")
    for kind, forms in _KINDS:
        if fitting := _fitting(bare, forms):
            return _chosen(fitting, bare, kind, names)
    return None


def _epoch(texts: Sequence[str]) -> Found | None:
    for form, divisor in (("epoch", 1), ("epoch_ms", 1000)):
        if all(_is_epoch(text, divisor) for text in texts):
            return Found((form,), "moment")
    return None


def _is_epoch(text: str, divisor: int) -> bool:
    return text.isdigit() and len(text) < 16 and _EPOCH_FROM <= int(text) // divisor < _EPOCH_TO


def _is_iso(texts: Sequence[str]) -> bool:
    """Dates with a time of day, as `datetime.fromisoformat` reads them."""
    return all(len(text) > 10 and "-" in text[:8] and _reads_iso(text) for text in texts[:_FIRST])


def _reads_iso(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _read(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - only the form is looked at
    except ValueError:
        return None


def _fitting(texts: Sequence[str], forms: Sequence[str]) -> dict[str, float]:
    """The forms that read nearly all of the texts, with the share that each reads."""
    few = texts[:_FEW]
    shapes = {_shape(text) for text in few}
    shaped = [form for form in forms if _could_be(form, shapes)]
    likely = [form for form in shaped if any(_read(text, form) for text in few)]
    likely = [form for form in likely if _share(texts[:_FIRST], form) >= 0.3]
    shares = {form: _share(texts, form) for form in likely}
    whole = max(shares.values(), default=0.0)
    best = {form: share for form, share in shares.items() if share >= _FITS and share == whole}
    return best or _two_together(shares, texts)


@lru_cache(maxsize=4_096)
def _shape(text: str) -> tuple[int, int, int]:
    """Colons, slashes and spaces: a text can only be of a form that has as many."""
    return text.count(":"), text.count("/"), text.count(" ")


def _could_be(form: str, shapes: set[tuple[int, int, int]]) -> bool:
    """Whether one of these could fit the form: trying every form is slow. A zone may have colons."""
    colons, slashes, spaces = _shape(form)
    if "%z" not in form:
        return (colons, slashes, spaces) in shapes
    return any(shape[1:] == (slashes, spaces) for shape in shapes)


def _two_together(shares: dict[str, float], texts: Sequence[str]) -> dict[str, float]:
    """Two forms of one order of day and month, such as with and without seconds."""
    for one, other in itertools.combinations(shares, 2):
        if _order(one) == _order(other):
            both = sum(1 for text in texts if _read(text, one) or _read(text, other))
            if both / len(texts) >= _FITS:
                return {one: shares[one], other: shares[other]}
    return {}


def _share(texts: Sequence[str], form: str) -> float:
    return sum(1 for text in texts if _read(text, form)) / len(texts)


def _order(form: str) -> str:
    """`month`, `day`, or nothing when the form cannot be mistaken."""
    if any(each in form for each in _MONTH_FIRST):
        return "month"
    return "day" if any(each in form for each in _DAY_FIRST) else ""


def _chosen(
    fitting: dict[str, float], texts: Sequence[str], kind: Kind, names: tuple[str, ...]
) -> Found:
    forms = tuple(fitting)
    orders = {_order(form) for form in forms}
    evidence, doubt = "", ""
    if {"month", "day"} <= orders:
        order, evidence, doubt = _by_span(forms, texts)
        forms = tuple(form for form in forms if _order(form) == order)
    elif orders & {"month", "day"}:
        evidence = _beyond_twelve(forms[0], texts)
    if names:
        evidence = "; ".join(each for each in (evidence, _says_zone(names)) if each)
    return Found(tuple(_with_names(_fewest(forms, texts), names)), kind, evidence, doubt)


def _says_zone(names: Sequence[str]) -> str:
    zones = " or ".join(dict.fromkeys(ZONE_NAMES[name] for name in names))
    return f"{' and '.join(names)} is taken as mere text, and suggests --time-zone {zones}"


def _fewest(forms: tuple[str, ...], texts: Sequence[str]) -> tuple[str, ...]:
    """One form when one reads all that several read: four-digit years before two-digit ones."""
    for form in forms:
        if _share(texts, form) >= _FITS:
            return (form,)
    return forms


def _with_names(forms: Sequence[str], names: tuple[str, ...]) -> Iterator[str]:
    for form in forms:
        yield from (f"{form} {name}" for name in names) if names else (form,)


def _beyond_twelve(form: str, texts: Sequence[str]) -> str:
    """The evidence for an order that only one reading allows, without quoting a whole time."""
    day = max(at.day for text in texts if (at := _read(text, form)))
    first = "month" if _order(form) == "month" else "day"
    if day > 12:
        return f"{first} first: a {day} can only be a day"
    return f"{first} first: the other order does not read"


def _by_span(forms: Sequence[str], texts: Sequence[str]) -> tuple[str, str, str]:
    """Day or month first, when both read: exports are of days that lie close together."""
    spans: dict[str, float] = {}
    for order in ("month", "day"):
        form = next(each for each in forms if _order(each) == order)
        times = [at for text in texts if (at := _read(text, form))]
        spans[order] = (max(times) - min(times)).total_seconds() / 86_400
    shorter = min(spans, key=lambda order: spans[order])
    longer = "day" if shorter == "month" else "month"
    if spans[longer] > 1 and spans[longer] >= _MUCH_SHORTER * max(spans[shorter], 0.5):
        days = f"{spans[shorter]:,.0f} and not {spans[longer]:,.0f} days"
        return shorter, f"{shorter} first: the sample then covers {days}", ""
    doubt = "day and month could be either way round (no day is beyond 12); month first is assumed"
    return "month", "", doubt
