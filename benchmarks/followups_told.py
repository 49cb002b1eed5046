"""What intake tells of a simulated case: recorded in its stream as intake would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schemas.catalogue import row_of
from schemas.envelope import Draft, Meta
from schemas.intake import DeactivationRequested, IncidentUpdated, OperationsEnded
from schemas.policy import Crew, Group
from schemas.subjects import derived_id

if TYPE_CHECKING:
    import random
    from datetime import datetime

    from benchmarks.followups_streams import ByCase, Moments
    from schemas.envelope import Event
    from schemas.subjects import Entity

AGENCIES = ("metro", "county", "state-police", "air-rescue", "north")


async def tell(journal: ByCase, moments: Moments, of: Entity, event: Event) -> None:
    """Record it, now."""
    before = await journal.load(of)
    row = row_of(type(event))
    event_id = derived_id("told", of.id, before.version)
    meta = Meta(
        event_id=event_id,
        type=row.type,
        source=f"/tailboard/{row.stream}/{of.agency}",
        time=moments.now(),
        command_id=event_id,
        actor="feed:year",
        trace="",
    )
    await journal.append([Draft(of, meta, event)], (), expected=before.version)


def ended(at: datetime) -> OperationsEnded:
    """The end of operations."""
    return OperationsEnded(ended_at=at)


def deactivated() -> DeactivationRequested:
    """The team is not wanted any more."""
    return DeactivationRequested(reason="not_needed")


def crews(chance: random.Random) -> tuple[Crew, ...]:
    """Some of five agencies, of two kinds of work, and those who sent them."""
    found = [
        Crew(
            agency=agency,
            discipline=chance.choice(("fire", "ems")),
            count=chance.choice((None, 4, 9, 18, 45)),
        )
        for agency in chance.sample(AGENCIES, chance.randint(1, 5))
    ]
    if chance.random() < 0.5:
        found.append(Crew(exposure=Group.DISPATCHERS, agency="center", count=3))
    if chance.random() < 0.2:
        found.append(Crew(exposure=Group.COMMAND, agency="metro"))
    return tuple(found)


def updated(at: datetime, told: tuple[Crew, ...]) -> IncidentUpdated:
    """Another report, that says who was there."""
    fields: dict[str, Any] = {
        "source": "year",
        "number": None,
        "incident_type": "Incident",
        "occurred_at": at,
        "status": "active",
        "units": (),
        "exercise": False,
        "operations_ongoing": False,
        "operations_ended_at": None,
        "fingerprint": "0" * 32,
        "ignored_fields": 0,
        "crews": told,
        "screening": {"outcome": "critical", "policy": "cism", "policy_version": 2},
    }
    return IncidentUpdated.model_validate(fields)
