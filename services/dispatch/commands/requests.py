"""Commands about a member's own request for a peer."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from schemas.candidates import Candidate, Excluded
from schemas.envelope import MemberId, UtcDatetime
from schemas.policy import CaseBrief, ResponsePolicy
from services.dispatch.commands.case import CaseCommand


class RequestPeer(CaseCommand):
    """A member asks for a peer. The first candidate is the chosen one, if there is one."""

    emergency: bool
    chosen: MemberId | None
    brief: CaseBrief
    candidates: tuple[Candidate, ...]
    excluded: tuple[Excluded, ...]
    coordinators: tuple[MemberId, ...]
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
    """A member who took the request wants a mental health professional at once."""

    offer_id: UUID
    response: ResponsePolicy
    candidates: tuple[Candidate, ...]
    callback_within: timedelta


class FinishRequest(CaseCommand):
    """A member who took the request has done their part."""

    offer_id: UUID


class CheckCallback(CaseCommand):
    """The time by which somebody should have called is over."""

    due_at: UtcDatetime
    page_again: Annotated[int, Field(ge=0)]
    """How often an emergency is paged again before only the coordinators are called."""


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
)
