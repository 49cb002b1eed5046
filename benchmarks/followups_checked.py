"""Was anybody forgotten? Reads what is recorded of a case, and nothing of the rules that decided it.

What is planned is found in the events themselves: whatever they carry that has an `item` of its own is a
promise, and has to end in one of the ways of `End`. A new kind of promise without such an end is found.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from benchmarks.followups_alarms import untold
from benchmarks.followups_found import Breach, Violation, promises
from benchmarks.followups_timing import timing
from schemas.followup import (
    ApprovalGiven,
    ApprovalWithdrawn,
    CaseClosed,
    CheckInCompleted,
    CheckInMissed,
    CrewsSet,
    FollowupCancelled,
    FollowupPlanned,
    GroupWindowsOpened,
    InterventionDeclined,
    InterventionHeld,
    InterventionMissed,
    MissExplained,
    OperationsEndNoted,
    WindowsMoved,
)
from schemas.intake import OperationsEnded
from schemas.sessions import (
    InterventionCancelled,
    InterventionProposed,
    InterventionScheduled,
)
from schemas.steps import GroupSessionsApproved
from schemas.subjects import Stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from benchmarks.followups_found import Promise
    from schemas.envelope import Event, Recorded
    from schemas.policy import CaseBrief


class End(StrEnum):
    """How a promise ended."""

    HELD = "held"
    HELD_LATE = "missed, then held"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    MISSED = "missed, alarm"
    REGROUPED = "in other groups"
    CALLED_OFF = "case called off"


_ENDS: dict[type[Event], End] = {
    InterventionHeld: End.HELD,
    CheckInCompleted: End.HELD,
    InterventionDeclined: End.DECLINED,
    InterventionCancelled: End.CANCELLED,
    InterventionMissed: End.MISSED,
    CheckInMissed: End.MISSED,
}
_GROWS = (GroupWindowsOpened, WindowsMoved, CrewsSet)
"""What may plan an item that is planned already: with another window."""


@dataclass
class Checked:
    """How each promise of a case ended, and what was broken."""

    ends: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By kind and end."""
    violations: list[Violation] = field(default_factory=list)


def checked(told: Sequence[Recorded[Event]]) -> Checked:
    """Judge one case by everything that is recorded of it, stream by stream, oldest first."""
    case = _Case(told)
    for each in told:
        if each.entity.stream is Stream.FOLLOWUP:
            case.read(each)
    case.finish()
    case.found.violations += [*timing(told), *untold(told), *_twice(told)]
    return case.found


class _Case:
    def __init__(self, told: Sequence[Recorded[Event]]) -> None:
        self.found = Checked()
        self._case_id = told[0].entity.id if told else ""
        self._over = [e.meta.time for e in told if isinstance(e.event, OperationsEnded)]
        self._agreed = [
            (e.meta.time, e.event.kinds) for e in told if isinstance(e.event, GroupSessionsApproved)
        ]
        self._live: dict[str, Promise] = {}
        self._ends: dict[str, End] = {}
        self._explained: set[str] = set()
        self._approved: set[str] = set()
        self._brief: CaseBrief | None = None
        self._ended_at: datetime | None = None
        self._closed = False

    def read(self, told: Recorded[Event]) -> None:
        """One more event of followup."""
        event = told.event
        brief = getattr(event, "brief", None)
        self._brief = brief or self._brief
        self._regrouped(event)
        self._planned(event)
        self._talks(told)
        if end := _ENDS.get(type(event)):
            self._end(getattr(event, "item"), end)  # noqa: B009 - all of them have one
        match event:
            case FollowupCancelled():
                self._called_off()
            case MissExplained(item=item):
                self._explained.add(item)
            case ApprovalGiven():
                self._approves(told, event)
            case ApprovalWithdrawn(kinds=kinds):
                self._approved -= set(kinds)
            case OperationsEndNoted() | GroupWindowsOpened() | WindowsMoved():
                self._ended_at = event.ended_at or self._ended_at
            case CaseClosed():
                self._closed = True
                self._say_all(self._open(), Breach.CLOSED_OPEN, "open when the case was closed")
            case _:
                pass

    def finish(self) -> None:
        """Nothing more is to come: what has no end is forgotten."""
        for item in self._live.keys() - self._ends.keys():
            waits = self._live[item].closes_at is None
            why = "waits for the end of operations for ever" if waits else "planned, and no end"
            self._say(Breach.DROPPED, item, why)
        if self._live and not self._closed and not self._open():
            self._say(Breach.NOT_CLOSED, "", "everything is settled, and the case is open")
        self._count()

    def _planned(self, event: Event) -> None:
        if isinstance(event, FollowupPlanned) and self._live:
            self._say(Breach.TWICE, "", "a second plan over the first")
        for each in promises(event):
            if each.item in self._live and not isinstance(event, _GROWS):
                self._say(Breach.TWICE, each.item, f"planned again by {event.NAME}")
            if each.item in self._ends:
                self._say(Breach.TWICE, each.item, f"planned by {event.NAME} after its end")
                continue
            self._live[each.item] = each
            self._closed = False

    def _regrouped(self, event: Event) -> None:
        """What is taken out of the plan has to be there in another shape."""
        if not isinstance(event, CrewsSet):
            return
        fresh = list(promises(event))
        kept = {each.item for each in fresh}
        waiting = {i for i, p in self._live.items() if p.closes_at is None} - self._ends.keys()
        for item in (*event.dropped, *(waiting - kept - set(event.dropped))):
            gone = self._live.pop(item, None)
            if gone is None:
                continue
            others = (*fresh, *self._live.values())
            there = {crew.exposure for crew in event.crews}
            if gone.group in there and not any(
                e.kind == gone.kind and e.group == gone.group for e in others
            ):
                self._say(Breach.DROPPED, item, "left out of the plan, and nothing in its place")
            self.found.ends[gone.kind, End.REGROUPED] += 1

    def _end(self, item: str, end: End) -> None:
        before = self._ends.get(item)
        if item not in self._live:
            self._say(Breach.TWICE, item, f"{end} without a plan")
        elif before is None:
            self._ends[item] = end
        elif end is End.HELD and before not in {End.HELD, End.HELD_LATE}:
            self._ends[item] = End.HELD_LATE if before is End.MISSED else End.HELD
        else:
            self._say(Breach.TWICE, item, f"{before}, and then {end}")

    def _talks(self, told: Recorded[Event]) -> None:
        """What is held for groups: not while work goes on, and not without the professional's word."""
        moment = _takes_place(told.event)
        item = self._live.get(getattr(told.event, "item", ""))
        if moment is None or item is None or self._brief is None:
            return
        waits = {r.kind for r in self._brief.policy.interventions if r.waits_for_operations}
        if item.kind in waits:
            self._during_operations(told, item, moment)
        confirmed = isinstance(told.event, InterventionScheduled | InterventionHeld)
        gated = item.kind in self._brief.policy.kinds_to_approve()
        if confirmed and gated and item.kind not in self._approved:
            self._say(Breach.UNAPPROVED, item.item, f"{told.event.NAME} without an approval")

    def _during_operations(self, told: Recorded[Event], item: Promise, moment: datetime) -> None:
        assert self._brief is not None  # noqa: S101 - looked at before
        over = any(at <= told.meta.time for at in self._over)
        if self._brief.operations_ongoing and not over:
            self._say(Breach.DURING_OPERATIONS, item.item, f"{told.event.NAME} while work went on")
        elif self._ended_at is not None and moment < self._ended_at:
            self._say(Breach.DURING_OPERATIONS, item.item, f"{told.event.NAME} before the end")

    def _approves(self, told: Recorded[Event], event: ApprovalGiven) -> None:
        """An approval is a professional's word, recorded by dispatch before."""
        for kind in event.kinds:
            if not any(at <= told.meta.time and kind in kinds for at, kinds in self._agreed):
                self._say(Breach.UNAPPROVED, kind, "approved by nobody")
        self._approved |= set(event.kinds)

    def _called_off(self) -> None:
        for item in self._live.keys() - self._ends.keys():
            self._ends[item] = End.CALLED_OFF
        self._count()
        self._live, self._ends, self._explained, self._approved = {}, {}, set(), set()
        self._brief, self._closed = None, False

    def _count(self) -> None:
        for item, promise in self._live.items():
            if item in self._ends:
                self.found.ends[promise.kind, self._ends[item]] += 1

    def _open(self) -> list[str]:
        unsettled = self._live.keys() - self._ends.keys()
        missed = {item for item, end in self._ends.items() if end is End.MISSED}
        return sorted(unsettled | (missed - self._explained))

    def _say_all(self, items: list[str], breach: Breach, why: str) -> None:
        for item in items:
            self._say(breach, item, why)

    def _say(self, breach: Breach, item: str, why: str) -> None:
        self.found.violations.append(Violation(self._case_id, breach, item, why))


def _takes_place(event: Event) -> datetime | None:
    match event:
        case InterventionProposed(slots=slots):
            return slots[0].starts_at
        case InterventionScheduled(starts_at=starts_at):
            return starts_at
        case InterventionHeld(held_at=held_at):
            return held_at
        case _:
            return None


_ONCE: dict[str, tuple[str, ...]] = {
    "intervention_scheduled": ("item", "sequence"),
    "facilitators_reminded": ("item", "ahead", "sequence"),
    "outcome_asked": ("item", "sequence"),
    "coordinator_alarmed": ("alarm_id",),
    "alarm_escalated": ("alarm_id",),
    "alarm_answered": ("alarm_id",),
    "member_notified": ("notice_id",),
}
"""What may be recorded once in the life of a case, by what tells two of it apart."""


def _twice(told: Sequence[Recorded[Event]]) -> Iterator[Violation]:
    """The same again. What one message tells together has one id and one place in the stream."""
    seen: dict[Any, int] = {}
    for each in told:
        keys: list[tuple[Any, int]] = [(each.meta.event_id, each.sequence)]
        if each.event.NAME in _ONCE:
            parts = (getattr(each.event, name) for name in _ONCE[each.event.NAME])
            keys.append(((each.event.NAME, *parts), -1))
        for key, place in keys:
            if key in seen and (place < 0 or seen[key] != place):
                item = getattr(each.event, "item", None) or ""
                yield Violation(each.entity.id, Breach.TWICE, item, f"{each.event.NAME} twice")
            seen[key] = place
