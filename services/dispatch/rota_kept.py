"""What the erasable bucket keeps of members' calendars; it is in no stream, no log and no answer."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from schemas.envelope import UtcDatetime

if TYPE_CHECKING:
    from services.runtime.bucket import Bucket, Held

_BUSY, _FEED = "busy", "feed"


class Trouble(StrEnum):
    """Why a calendar could not be fetched or read; stable words, for people to look up."""

    NOT_HTTPS = "not_https"
    INSIDE = "inside_own_network"
    UNREACHABLE = "unreachable"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    REFUSED = "refused"
    """The server said no: most often the calendar is not shared any more."""
    NO_CALENDAR = "no_calendar"


class BusyCalendar(BaseModel):
    """What is kept of one member's own calendar: times, and no word of what they are for."""

    model_config = ConfigDict(frozen=True)

    url: Annotated[str | None, Field(repr=False)] = None
    """None for a calendar that was handed in as a file."""
    mark: Annotated[str, Field(repr=False)] = ""
    """By which its server knows it again."""
    spans: Annotated[tuple[tuple[UtcDatetime, UtcDatetime], ...], Field(repr=False)] = ()
    read_at: UtcDatetime | None = None
    trouble: Trouble | None = None
    """Why it could not be read the last time; the times that are kept are those of `read_at`."""


class FeedNumber(BaseModel):
    """Which of a member's feed links works: the one that carries this number."""

    model_config = ConfigDict(frozen=True)

    number: int


async def busy_calendars(bucket: Bucket, agency: str) -> dict[str, tuple[BusyCalendar, int]]:
    """Every calendar of an agency by its member, with its revision. Raises Transient."""
    held = await bucket.under(f"{agency}.{_BUSY}")
    return {key.rpartition(".")[2]: _calendar(each) for key, each in sorted(held.items())}


def _calendar(held: Held) -> tuple[BusyCalendar, int]:
    return BusyCalendar.model_validate_json(held.value), held.revision


def busy_key(agency: str, member_id: str) -> str:
    """Where a member's calendar lies in the bucket."""
    return f"{agency}.{_BUSY}.{member_id}"


def feed_key(agency: str, member_id: str) -> str:
    """Where the number of a member's feed lies in the bucket."""
    return f"{agency}.{_FEED}.{member_id}"


async def erase(bucket: Bucket, agency: str, member_id: str) -> None:
    """Erase all that is kept of a member's calendars: they are not busy, and their feed is closed."""
    await bucket.erase(busy_key(agency, member_id))
    await bucket.erase(feed_key(agency, member_id))
