"""Commands about a member's own request for a peer."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from schemas.candidates import Candidate, Excluded
from schemas.envelope import MemberId, UtcDatetime
from schemas.policy import CaseBrief, ResponsePolicy
from schemas.requests import EmergencyCategory
from services.dispatch.commands.case import CaseCommand


class RequestPeer(CaseCommand):
    """A member asks for a peer, or somebody raises an emergency.

    The first candidate is the chosen one, if there is one.
    """

    emergency: bool
    category: EmergencyCategory | None = None
    chosen: MemberId | None
    brief: CaseBrief
    candidates: tuple[Candidate, ...]
    excluded: tuple[Excluded, ...]
    coordinators: tuple[MemberId, ...]
    program_leads: tuple[MemberId, ...] = ()
    callback_within: timedelta
    keep_for: timedelta


class CancelRequest(CaseCommand):
    """The one who asked takes it back."""


class MarkReached(CaseCommand):
    """A member who took the request has reached the one who asked."""

    offer_id: UUID


class HandBack(CaseCommand):
    """A member who took the request cannot do it after all."""

    offer_id: UUID


class RaiseEmergency(CaseCommand):
    """A mental health professional is wanted at once for a request that was none before."""

    offer_id: UUID | None
    """Of the member who took it and raises it; None when the one who asked does."""
    category: EmergencyCategory | None = None
    response: ResponsePolicy
    candidates: tuple[Candidate, ...]
    callback_within: timedelta


class FinishRequest(CaseCommand):
    """A member who took the request has done their part."""

    offer_id: UUID


class CheckCallback(CaseCommand):
    """The time by which somebody should have called is over."""

    due_at: UtcDatetime
    leads_after: Annotated[int, Field(ge=1)]
    """After so many rounds without an answer the program leads are called too."""
    page_for: timedelta
    """How long an emergency is paged again; after that only what is open stays open."""
    candidates: tuple[Candidate, ...] = ()
    """Who may be paged by now; empty leaves it at those of the beginning."""
    coordinators: tuple[MemberId, ...] = ()
    program_leads: tuple[MemberId, ...] = ()


class WaiveFollowup(CaseCommand):
    """The one who asked wants no follow-up."""


class StopKeeping(CaseCommand):
    """The time for which a request is kept is over."""

    due_at: UtcDatetime


RequestCommand = (
    RequestPeer
    | CancelRequest
    | MarkReached
    | HandBack
    | RaiseEmergency
    | FinishRequest
    | CheckCallback
    | StopKeeping
    | WaiveFollowup
)
