"""The units of a NERIS record, and what their times say of the operations.

Reads no crew: a unit is a name with times and a number of seats taken, never who rode in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.intake.adapters.eido_parts import Object, earliest, newest, objects, word
from services.intake.adapters.neris_times import instant

if TYPE_CHECKING:
    from datetime import datetime

_MOST_UNITS = 200
_MOST_ABOARD = 50
"""A greater number is a slip of the keyboard."""
_TIMES = ("dispatch", "enroute_to_scene", "staging", "on_scene", "unit_clear", "canceled_enroute")


@dataclass(frozen=True, slots=True)
class Response:
    """What all units together did."""

    units: tuple[str, ...]
    """Those that are on the incident: a unit cancelled on its way was never exposed to it."""
    on_scene_at: datetime | None
    dispatched_at: datetime | None
    still_there: bool
    """A unit arrived and has not cleared."""
    all_cleared_at: datetime | None
    """When the last one cleared, once a unit has been there and none is there or on its way."""
    all_cancelled: bool
    """Units were sent, and each was cancelled before it arrived."""
    staffed: int | None
    """How many rode the units that arrived, where the record says it; None where it does not."""


def response(*lists: object) -> Response:
    """Both payloads list units: the same unit in both is one, with all of its times."""
    merged: dict[str, dict[str, datetime]] = {}
    crews: dict[str, int] = {}
    for each in [unit for told in lists for unit in objects(told)]:
        times = {name: at for name in _TIMES if (at := instant(each.get(name)))}
        if (name := _name(each)) and not (each.get("unable_to_dispatch") is True and not times):
            merged[name] = {**times, **merged.get(name, {})}
            crews[name] = max(crews.get(name, 0), _staffing(each))
    there = [times for times in merged.values() if "on_scene" in times]
    coming = {name: times for name, times in merged.items() if not _cancelled(times)}
    cleared = [times.get("unit_clear") for times in coming.values()]
    return Response(
        units=tuple(coming)[:_MOST_UNITS],
        on_scene_at=earliest(times.get("on_scene") for times in there),
        dispatched_at=earliest(times.get("dispatch") for times in merged.values()),
        still_there=any("unit_clear" not in times for times in there),
        all_cleared_at=newest(cleared) if there and None not in cleared else None,
        all_cancelled=bool(merged) and not coming,
        staffed=sum(crews[name] for name, times in merged.items() if "on_scene" in times) or None,
    )


def _name(unit: Object) -> str:
    return word(unit.get("reported_unit_id"), 32) or word(unit.get("unit_neris_id"), 32)


def _staffing(unit: Object) -> int:
    told = unit.get("staffing")
    if not isinstance(told, int) or isinstance(told, bool):
        return 0
    return told if 0 <= told <= _MOST_ABOARD else 0


def _cancelled(times: dict[str, datetime]) -> bool:
    return "canceled_enroute" in times and "on_scene" not in times
