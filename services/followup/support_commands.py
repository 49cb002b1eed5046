"""What followup is asked beside a plan: to refer, to keep the list of places, to record an exception."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from schemas.envelope import Command, Slug, UtcDatetime
from schemas.jurisdiction import Digest, ExceptionCategory, LegalException, Notified
from schemas.policy import Role
from schemas.referrals import CaseRef, ReferralCategory, Resource


class OfferReferral(Command):
    """Somebody was pointed to a kind of place."""

    category: ReferralCategory
    by_role: Role
    offered_at: UtcDatetime | None = None
    """Now, when left out."""
    case_id: CaseRef | None = None
    item: Slug | None = None


class _OfPlaces(Command):
    zone: str
    """The IANA zone of the agency: a day ends there."""
    stale_after: timedelta


class ListResources(_OfPlaces):
    """Put these into the directory; with `whole`, take out what they do not name."""

    resources: tuple[Resource, ...]
    whole: bool = False
    built_in: tuple[Slug, ...] = ()
    """Ids that belong to what comes with Tailboard."""


class ConfirmResource(_OfPlaces):
    """Somebody tried a place on a day."""

    resource_id: Slug
    confirmed_on: date


class RemoveResource(Command):
    """Take a place out."""

    resource_id: Slug


class GoStale(Command):
    """A place's timer fired. One that was set for another moment has been overtaken."""

    resource_id: Slug
    due_at: UtcDatetime


class RecordException(Command):
    """Something had to be told."""

    category: ExceptionCategory
    jurisdiction: Slug
    jurisdiction_version: Digest
    says: LegalException | None
    """What the pack says of it; None when it is no exception there."""
    notified: tuple[Notified, ...] = ()
    written_notice_within: Annotated[timedelta, Field(gt=timedelta(0))]
    remind_before: timedelta


class NoteNotified(Command):
    """Somebody else was told."""

    notified: Annotated[tuple[Notified, ...], Field(min_length=1)]


class NoteNoticeSent(Command):
    """The written notice went out."""

    sent_at: UtcDatetime | None = None


class RemindOfNotice(Command):
    """The written notice is due soon."""


class MissNotice(Command):
    """The time for the written notice is over."""


DirectoryCommand = ListResources | ConfirmResource | RemoveResource | GoStale
ExceptionCommand = RecordException | NoteNotified | NoteNoticeSent | RemindOfNotice | MissNotice
