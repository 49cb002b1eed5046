"""Valid events of the rota, for `builders.VALID`."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from schemas import rota
from schemas.policy import Role
from schemas.rota import Gap, GapKind, RotaPlan, Rotation, ShiftLength, ShiftUnit, WeeklyTime
from schemas.subjects import derived_id

if TYPE_CHECKING:
    from schemas.envelope import Event

_NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
_OVERRIDE = derived_id("builders", "override")
GAP = Gap(
    kind=GapKind.NO_ROLE,
    starts=_NOW + timedelta(hours=70),
    ends=_NOW + timedelta(hours=74),
    role=Role.MHP,
)


def a_plan(*layers: Rotation, zone: str = "America/New_York", role: Role = Role.PEER) -> RotaPlan:
    """A plan of these layers; without any, two peers who take turns by the week."""
    usual = a_rotation("p-01", "p-02", first="2026-03-02T08:00", weeks=1)
    return RotaPlan(time_zone=zone, role=role, layers=layers or (usual,))


def a_rotation(
    *members: str, first: str, only: tuple[WeeklyTime, ...] = (), **length: int
) -> Rotation:
    """Members who take turns: `a_rotation("p-1", "p-2", first="2026-03-02T08:00", days=1)`."""
    [(unit, count)] = length.items()
    return Rotation(
        members=members,
        first_handover=datetime.fromisoformat(first),
        shift=ShiftLength(count=count, unit=ShiftUnit(unit)),
        only=only,
    )


def weekly(days: str, starts: str, ends: str) -> WeeklyTime:
    """`weekly("mon fri", "18:00", "06:00")`."""
    words = tuple(rota.Weekday(day) for day in days.split())
    return WeeklyTime(days=words, starts=time.fromisoformat(starts), ends=time.fromisoformat(ends))


def _shift(member_id: str, day: int) -> rota.SwappedShift:
    starts = datetime(2026, 3, day, 8)  # noqa: DTZ001 - a wall time
    return rota.SwappedShift(member_id=member_id, starts=starts, ends=starts + timedelta(days=7))


HOURS = rota.WeeklyHours(
    time_zone="America/New_York", times=(weekly("mon tue wed thu fri", "07:00", "22:00"),)
)
ROTA_EVENTS: dict[type[Event], dict[str, Any]] = {
    rota.RotaSet: {
        "plan": a_plan(
            a_rotation("p-01", "p-02", first="2026-03-02T08:00", weeks=1),
            a_rotation(
                "p-03",
                first="2026-03-02T18:00",
                hours=12,
                only=(weekly("mon tue wed thu fri", "18:00", "06:00"),),
            ),
        ),
        "effective_from": _NOW,
    },
    rota.ShiftOverridden: {
        "override_id": _OVERRIDE,
        "member_id": "p-03",
        "instead_of": "p-01",
        "starts": datetime(2026, 3, 7, 8),  # noqa: DTZ001 - a wall time
        "ends": datetime(2026, 3, 8, 8),  # noqa: DTZ001 - a wall time
    },
    rota.ShiftsSwapped: {
        "override_id": _OVERRIDE,
        "first": _shift("p-01", 2),
        "second": _shift("p-02", 9),
    },
    rota.OverrideRemoved: {"override_id": _OVERRIDE, "effective_from": _NOW},
    rota.RotaEnded: {"ends_at": _NOW},
    rota.GapsWarned: {
        "warning_id": derived_id("builders", "warning"),
        "gaps": (GAP,),
        "member_ids": ("c-01",),
    },
    rota.CoordinatorWarned: {
        "warning_id": derived_id("builders", "warning"),
        "member_id": "c-01",
        "channel": "email",
    },
    rota.CoverageCheckPlanned: {"due_at": _NOW + timedelta(hours=1)},
    rota.CoverageChecked: {"gaps": (GAP,), "next_at": _NOW + timedelta(days=1)},
}
