"""What is sent and told about referrals, places and exceptions."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from schemas.envelope import Slug, UtcDatetime
from schemas.exceptions import ExceptionRecorded
from schemas.jurisdiction import ExceptionCategory, LegalException, Notified
from schemas.policy import Role
from schemas.referrals import CaseRef, ReferralCategory, Resource
from services.followup.support_state import Place, Told


class _Sent(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Referred(_Sent):
    """Somebody was pointed to a kind of place. No name, and not whether they went there."""

    category: ReferralCategory
    by_role: Role = Role.PEER
    offered_at: UtcDatetime | None = None
    """Now, when left out."""
    case_id: CaseRef | None = None
    item: Slug | None = None


class WholeDirectory(_Sent):
    """Places to list. With `whole`, what is not among them is taken out."""

    resources: Annotated[tuple[Resource, ...], Field(max_length=500)]
    whole: bool = False


class Tried(_Sent):
    """When a place was tried; today, when left out."""

    confirmed_on: date | None = None


class HadToTell(_Sent):
    """Something had to be told: its kind, and who was told, as kinds."""

    category: ExceptionCategory
    notified: Annotated[tuple[Notified, ...], Field(max_length=20)] = ()


class AlsoTold(_Sent):
    """Who else was told."""

    notified: Annotated[tuple[Notified, ...], Field(min_length=1, max_length=20)]


class NoticeSent(_Sent):
    """When the written notice went out; now, when left out."""

    sent_at: UtcDatetime | None = None


class PlaceTold(BaseModel):
    """A place as it is shown."""

    model_config = ConfigDict(frozen=True)

    resource: Resource
    confirmed: bool
    """Whether somebody tried it lately, or it comes with Tailboard."""
    built_in: bool


class PlacesTold(BaseModel):
    """The directory."""

    model_config = ConfigDict(frozen=True)

    places: tuple[PlaceTold, ...]


class DirectoryChanged(BaseModel):
    """What a listing changes, or would change."""

    model_config = ConfigDict(frozen=True)

    listed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int


class Law(BaseModel):
    """What the pack in force says must, or may, be told."""

    model_config = ConfigDict(frozen=True)

    jurisdiction: str
    title: str
    version: str
    reviewed_by_counsel: bool
    exceptions: tuple[LegalException, ...]


class ExceptionTold(BaseModel):
    """One exception as it stands. Keep the reference: nothing leads to it."""

    model_config = ConfigDict(frozen=True)

    reference: str
    category: ExceptionCategory
    recorded_at: datetime
    jurisdiction: str
    jurisdiction_version: str
    notified: tuple[Notified, ...]
    written_notice_required: bool
    notice_due_at: datetime | None
    notice_sent_at: datetime | None


def place_told(place: Place, now: datetime, *, built_in: bool) -> PlaceTold:
    """A place, with whether it counts as confirmed now."""
    confirmed = built_in or place.is_confirmed(now)
    return PlaceTold(resource=place.resource, confirmed=confirmed, built_in=built_in)


def exception_told(reference: str, told: Told, recorded: ExceptionRecorded) -> ExceptionTold:
    """One exception, with its reference."""
    return ExceptionTold(
        reference=reference,
        category=recorded.category,
        recorded_at=recorded.recorded_at,
        jurisdiction=recorded.jurisdiction,
        jurisdiction_version=recorded.jurisdiction_version,
        notified=told.notified,
        written_notice_required=recorded.written_notice_required,
        notice_due_at=recorded.notice_due_at,
        notice_sent_at=told.sent_at,
    )
