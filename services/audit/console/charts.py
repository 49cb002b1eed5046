"""Charts as SVG, drawn here and coloured by the console's stylesheet, so that they follow light, dark and
print. Each is a picture of a table that stands beside it (docs/adr/0022).
"""

from __future__ import annotations

import sys
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pygal
from markupsafe import Markup

from services.audit.words import span

if TYPE_CHECKING:
    from collections.abc import Sequence

sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "pygal"]
"""Without pygal's finder of old plugins: Python warns of its kind at every module that is not there."""
Series = tuple[float | None, ...]
_WIDTH, _HEIGHT = 720, 240
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_STEPS = (
    *(n * 1.0 for n in (1, 2, 5, 10, 20, 30)),
    *(n * _MINUTE for n in (1, 2, 5, 10, 20, 30)),
    *(n * _HOUR for n in (1, 2, 4, 6, 12)),
    *(n * _DAY for n in (1, 2, 5, 7, 14, 30, 90, 180)),
)
_TICKS = 5


def durations_by_month(
    title: str, months: Sequence[str], middle: Series, slow: Series, target: Series
) -> Markup:
    """Lines of the median and the ninetieth percentile against the target, in seconds; a month in
    which nothing ended is a gap."""
    return _lines(title, tuple(months), (tuple(middle), tuple(slow), tuple(target)))


def ticks_of(highest: float) -> list[float]:
    """Round durations from nothing to just above the highest value."""
    step = next((step for step in _STEPS if highest / step <= _TICKS), _STEPS[-1])
    return [number * step for number in range(int(highest // step) + 2)]


def short(seconds: float) -> str:
    """A duration as it stands beside an axis, such as `90 min`."""
    for unit, word in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= unit and seconds % unit == 0:
            return f"{seconds / unit:.0f} {word}"
    return f"{seconds:.0f} s" if seconds else "0"


@lru_cache(maxsize=256)
def _lines(title: str, months: tuple[str, ...], series: tuple[Series, ...]) -> Markup:
    """Kept, as a page is looked at more often than its numbers change."""
    highest = max((value for each in series for value in each if value is not None), default=1.0)
    chart = pygal.Line(
        width=_WIDTH,
        height=_HEIGHT,
        js=[],
        css=[],
        no_prefix=True,
        show_legend=False,
        allow_interruptions=True,
        dots_size=3,
        margin=6,
        margin_bottom=4,
        formatter=lambda seconds: span(timedelta(seconds=seconds)),
        range=(0, ticks_of(highest)[-1]),
    )
    chart.x_labels = [_month(month, number) for number, month in enumerate(months)]
    chart.y_labels = [{"value": tick, "label": short(tick)} for tick in ticks_of(highest)]
    for name, values in zip(("middle", "slow", "target"), series, strict=True):
        chart.add(name, list(values), show_dots=name != "target")
    return _bare(chart.render_tree(), title)


def _bare(root: ET.Element, title: str) -> Markup:
    """The drawing alone: no styles or scripts of its own, a name for whoever hears the page, and the
    value of each dot for whoever points at it."""
    for element in list(root):
        if (
            str(element.tag).rpartition("}")[2] != "g"
        ):  # comments, styles, scripts, the name of pygal
            root.remove(element)
    for parent in list(root.iter()):
        for described in parent.findall("{*}desc"):
            parent.remove(described)
            if described.get("class") == "value":
                ET.SubElement(parent, "title").text = described.text
    name = ET.Element("title")
    name.text = title
    root.insert(0, name)
    root.attrib |= {"role": "img", "aria-label": title, "class": "chart"}
    root.attrib.pop("id", None)
    return Markup(ET.tostring(root, encoding="unicode"))  # noqa: S704 - escaped by ElementTree


def _month(month: str, number: int) -> str:
    """`Mar`, and the year where one begins."""
    year, name = month[:4], _NAMES[int(month[5:]) - 1]
    return f"{name} {year}" if number == 0 or name == "Jan" else name


_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
