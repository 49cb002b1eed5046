"""What comes after a member's own request for a peer: when the peer who took it offers to talk again.

Nothing here leads to the one who asked: the request's id is all there is. It is everyday support and
not support after an incident, which laws protect differently (docs/domain.md, section 4).
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.candidates import Candidate
from schemas.envelope import Event, Frozen, MemberId, Slug, UtcDatetime
from schemas.jurisdiction import ContactKind
from schemas.policy import Citation


class AftercareContact(Frozen):
    """One check-in that a peer offers; open from `due_at`, missed after `closes_at`."""

    item: Slug
    due_at: UtcDatetime
    closes_at: UtcDatetime
    source: Citation


class AftercarePlanned(Event):
    """Who took a request offers to talk again at these times. Said again when it became an emergency:
    these check-ins are planned besides."""

    NAME: ClassVar[str] = "aftercare_planned"
    kind: ContactKind
    emergency: bool
    takers: Annotated[tuple[Candidate, ...], Field(min_length=1)]
    """Who took it, in the order of their yes."""
    check_ins: tuple[AftercareContact, ...]


class AftercareTakenOver(Event):
    """Others have the request by now: the check-ins that are still to come are theirs."""

    NAME: ClassVar[str] = "aftercare_taken_over"
    takers: Annotated[tuple[Candidate, ...], Field(min_length=1)]


class AftercareEscalated(Event):
    """Nobody saw to a missed check-in, the coordinators included: the next who are responsible hear
    of it. Once for each check-in."""

    NAME: ClassVar[str] = "aftercare_escalated"
    item: Slug
    peer: MemberId | None
    """Whose it was."""


class AftercareDeclined(Event):
    """The one who asked wants no follow-up, or took the request back; nobody asks why."""

    NAME: ClassVar[str] = "aftercare_declined"
