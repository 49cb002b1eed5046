"""The order of asking as rows: a short form that every open search is read with, and its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.audit import tables
from services.audit.folds.entry import case_key
from services.audit.store import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from schemas.candidates import Candidate, Excluded
    from schemas.dispatch import MemberExcluded, TeamActivated, TeamWidened
    from schemas.envelope import Event, Recorded
    from schemas.policy import CaseBrief, Place


def begun(recorded: Recorded[Event], event: TeamActivated) -> Iterator[Change]:
    """A search began: nobody has taken it over or paused it yet."""
    fresh = {"owner": None, "owned_at": None, "owned_why": None, "paused_at": None}
    yield _search(recorded, event.brief, event.candidates, since=recorded.sequence, **fresh)
    lent = [(each.agency, each.able, each.left_out) for each in event.neighbours]
    out = _excluded(event.excluded)
    yield _ranking(recorded, event.candidates, excluded=out, neighbours=lent)


def widened(recorded: Recorded[Event], event: TeamWidened) -> Iterator[Change]:
    """More places, and an order of asking made anew; who was excluded still is."""
    yield _search(recorded, event.brief, event.candidates)
    yield _ranking(recorded, event.candidates)


def excluded(recorded: Recorded[Event], event: MemberExcluded) -> Change:
    """Somebody turned out not to be askable."""
    reasons = [reason.value for reason in event.reasons]
    key = case_key(recorded, member_id=event.member_id)
    return Change(
        tables.amendments, {**key, "excluded_since": recorded.sequence, "reasons": reasons}
    )


def _search(
    recorded: Recorded[Event], brief: CaseBrief, candidates: Iterable[Candidate], **more: object
) -> Change:
    queue: dict[str, list[str]] = {}
    for candidate in candidates:
        queue.setdefault(candidate.role.value, []).append(candidate.member_id)
    about = {
        "places": counts(brief.policy.places),
        "surplus": brief.policy.surplus,
        "queue": queue,
        "drill": brief.drill,
    }
    return Change(tables.searches, {**case_key(recorded), **about, **more})


def _ranking(recorded: Recorded[Event], candidates: Iterable[Candidate], **more: Any) -> Change:
    told = [
        [each.member_id, each.role.value, each.circle.value, list(each.because)]
        for each in candidates
    ]
    return Change(tables.rankings, {**case_key(recorded), "candidates": told, **more})


def counts(places: Sequence[Place]) -> dict[str, int]:
    """How many of each role, as a row keeps it."""
    return {place.role.value: place.count for place in places}


def _excluded(out: Iterable[Excluded]) -> list[tuple[str, list[str]]]:
    return [(each.member_id, [reason.value for reason in each.reasons]) for each in out]
