"""What follows from a recommendation: the team, a question to a person, or nothing. Never twice."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from schemas.intake import (
    ActivationRequested,
    ChangeReason,
    HoldReason,
    Mode,
    Outcome,
    RecommendationChanged,
    ReviewAnswered,
    ReviewKind,
    ReviewOpened,
)
from schemas.policy import CaseBrief, Role
from schemas.subjects import derived_id
from services.intake.screening.screen import wants_team
from services.intake.state import Seen, Unseen, Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from schemas.envelope import Command, Event
    from schemas.intake import Screening
    from services.intake.policy import Pack

_ASKABLE = frozenset({None, HoldReason.MODE})
_CALLED_OFF = frozenset({HoldReason.CANCELLED, HoldReason.EXERCISE})


def follow(pack: Pack, command: Command, before: Seen | Unseen, state: Seen) -> Sequence[Event]:
    """What the newest recommendation leads to; `state` is the case with its report folded in."""
    screening = state.screening
    assert screening is not None  # noqa: S101 - a report was just screened
    events: list[Event] = []
    if isinstance(before, Seen) and before.recommended != state.recommended:
        events.append(_changed(before, screening))
    if state.wanted is not None:
        return (*events, *_while_wanted(pack, command, state, screening))
    is_new = not state.rules <= state.settled
    if is_new and wants_team(screening):
        return (*events, *moot(state), *_wanted_by(pack, command, state, screening))
    if is_new and asks_a_person(screening):
        if state.review is None:
            events.append(opened(pack, command, state, screening, ReviewKind.ACTIVATE))
        return tuple(events)
    return (*events, *moot(state))


def asks_a_person(screening: Screening) -> bool:
    """Whether somebody must look at it. What a policy answers only on request rings nobody."""
    if screening.outcome is Outcome.ROUTINE or screening.hold not in _ASKABLE:
        return False
    return screening.mode is not Mode.REQUEST_ONLY and not wants_team(screening)


def activation(
    pack: Pack, state: Seen, trigger_class: str, now: datetime, units: tuple[str, ...]
) -> ActivationRequested:
    """The wish for a team, with the policy as it is now."""
    brief = CaseBrief(
        tier=pack.triggers[trigger_class].tier,
        trigger_class=trigger_class,
        urgency=pack.urgency(trigger_class),
        occurred_at=state.occurred_at,
        reported_at=now,
        operations_ongoing=state.operations_ongoing,
        operations_ended_at=state.operations_ended_at,
        exposed=state.exposed,
        disciplines=state.disciplines,
        crews=state.crews,
        policy=pack.snapshot(trigger_class),
    )
    return ActivationRequested(brief=brief, units=units)


def opened(
    pack: Pack, command: Command, state: Seen, screening: Screening, kind: ReviewKind
) -> ReviewOpened:
    """A question with its clock."""
    trigger = screening.trigger_class
    if kind is ReviewKind.STAND_DOWN and state.wanted:
        trigger = state.wanted.trigger_class
    assert trigger is not None  # noqa: S101 - a question is about a trigger class
    backup_after, answer_within = pack.review_clock(trigger)
    return ReviewOpened(
        review_id=derived_id(command.command_id, "review"),
        kind=kind,
        trigger_class=trigger,
        tier=pack.triggers[trigger].tier,
        incident_type=state.incident_type,
        occurred_at=state.occurred_at,
        evidence=screening.evidence,
        backup_at=command.now + backup_after,
        answer_by=command.now + answer_within,
    )


def moot(state: Seen) -> Sequence[Event]:
    """Close an open question that news has answered."""
    if state.review is None:
        return ()
    return (ReviewAnswered(review_id=state.review.review_id, answer=None),)


def _while_wanted(
    pack: Pack, command: Command, state: Seen, screening: Screening
) -> Sequence[Event]:
    """A graver trigger widens the team, and so do more people who were there than one knew. News that
    no team is needed stands nobody down by itself: a person decides (docs/domain.md: no silent cancel).
    """
    assert state.wanted is not None  # noqa: S101 - looked at by the caller
    is_new = not state.rules <= state.settled
    about = (pack, command, state, state.wanted)
    if is_new and wants_team(screening):
        is_graver = screening.tier is not None and screening.tier < state.wanted.tier
        wider = _wanted_by(pack, command, state, screening) if is_graver else _grown(*about)
        return (*moot(state), *wider)
    no_more = screening.outcome is Outcome.ROUTINE or screening.hold in _CALLED_OFF
    if no_more and not state.raised and state.review is None:
        return (opened(pack, command, state, screening, ReviewKind.STAND_DOWN),)
    return () if no_more else _grown(*about)


def _grown(pack: Pack, command: Command, state: Seen, wanted: Wanted) -> Sequence[Event]:
    """A larger team, when those who were there need more peers than when it was asked for."""
    if wanted.trigger_class not in pack.triggers:
        return ()
    policy = pack.snapshot(wanted.trigger_class)
    least = sum(place.count for place in policy.places if place.role is Role.PEER)

    def peers(people: int | None) -> int:
        return max(least, ceil((people or 0) / policy.participants_per_peer))

    if not least or peers(state.exposed) <= peers(wanted.exposed):
        return ()
    return (activation(pack, state, wanted.trigger_class, command.now, state.units),)


def _wanted_by(pack: Pack, command: Command, state: Seen, screening: Screening) -> Sequence[Event]:
    assert screening.trigger_class is not None  # noqa: S101 - who is wanted has a trigger class
    return (activation(pack, state, screening.trigger_class, command.now, state.units),)


def _changed(before: Seen, screening: Screening) -> RecommendationChanged:
    called_off = screening.hold in _CALLED_OFF
    return RecommendationChanged(
        before=before.recommended[0],
        after=screening.outcome,
        trigger_class=screening.trigger_class,
        reason=ChangeReason.CANCELLED if called_off else ChangeReason.NEW_REPORT,
    )
