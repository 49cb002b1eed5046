"""What the roster takes and shows over HTTP. Contacts go in; only the export lets them out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from fastapi import Path
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from schemas.candidates import Exclusion
from schemas.envelope import Code, MemberId, Slug, UtcDatetime
from schemas.policy import Role
from schemas.roster import MemberFields
from schemas.subjects import lender_of
from services.dispatch.carriers.port import Contact
from services.dispatch.personal import Profile
from services.dispatch.roster_check import WarningKind
from services.dispatch.session_news import CENTER

if TYPE_CHECKING:
    from typing import Self


def _of_ones_own(member_id: str) -> str:
    lender, _ = lender_of(member_id)
    if lender is not None:
        raise ValueError("`--` is kept for members that a neighbor agency lends: use one dash")
    if member_id == CENTER:
        raise ValueError(f"`{CENTER}` is kept for the dispatch center's desk: use another number")
    return member_id


OwnMemberId = Annotated[MemberId, AfterValidator(_of_ones_own)]
Numbered = Annotated[OwnMemberId, Path(description="A roster number such as `p-07`; never a name.")]


class Answer(BaseModel):
    """What the roster answers with; it does not change."""

    model_config = ConfigDict(frozen=True)


class Given(BaseModel):
    """What the roster is told; a field that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Entry(MemberFields):
    """A member as the roster is told of them. `contact` and `profile` go to the erasable bucket."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contact: Contact
    profile: Profile | None = None
    """What the team page says of them; what is on file stays where it is not given."""

    @field_validator("designated_until")
    @classmethod
    def _ends_after_it_begins(cls, until: date | None, info: ValidationInfo) -> date | None:
        begins = info.data.get("designated_from")
        if until is not None and begins is not None and until < begins:
            raise ValueError("it lies before designated_from")
        return until


PartOfEntry: TypeAlias = dict[str, Any]
"""Some fields of an Entry; the others stay as they are. `contact` and `profile` may be parts, too."""


class Reason(Given):
    """Why a member is stood down, as a code such as `rest` or `leave`."""

    reason: Code


class Confirmed(Given):
    """On which day the contact was confirmed; today when it is not given."""

    on: date | None = None


class Until(Given):
    """Until when a member does not want to be asked: a time, or so many hours from now."""

    until: UtcDatetime | None = None
    hours: Annotated[float, Field(gt=0, le=8784)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.until is None) is (self.hours is None):
            raise ValueError("give either `until` or `hours`")
        return self

    def after(self, now: datetime) -> datetime:
        """The time itself."""
        return self.until or now + timedelta(hours=self.hours or 0)


class LastDay(Given):
    """The last day of a designation."""

    on: date


class Warned(Answer):
    """Something that ends soon: its last good day, and in how many days that is."""

    kind: WarningKind
    on: date
    days: int


class Designation(Answer):
    """A time in which the member was designated, both days included."""

    role: Role
    begins: date
    ends: date | None


class Listed(MemberFields):
    """A member as the roster shows them: no name, no contact."""

    member_id: str
    pageable: bool
    reasons: tuple[Exclusion, ...] = Field(description="Why not pageable; empty when pageable")
    warnings: tuple[Warned, ...] = Field(description="What ends soon, the soonest first")
    trained_until: date | None = Field(description="Null where the training was never complete")
    muted_until: datetime | None
    stood_down_for: str | None
    left_on: date | None
    periods: tuple[Designation, ...]


class Roster(Answer):
    """An agency's members."""

    members: tuple[Listed, ...]


class Designated(Answer):
    """One who was designated on the day that was asked about."""

    member_id: str
    role: Role
    discipline: Slug
    languages: tuple[Slug, ...]
    trained: bool = Field(description="Whether the training that the role needs counted that day")
    since: date
    until: date | None


class DesignatedOn(Answer):
    """Who was designated on a day, as the roster knows it today."""

    on: date
    members: tuple[Designated, ...]


class Bitten(Answer):
    """What keeps one member from being asked, and what soon will."""

    member_id: str
    role: Role
    now: tuple[str, ...] = Field(description="Codes of what somebody should mend")
    soon: tuple[Warned, ...]


class Short(Answer):
    """A role with fewer members who can be asked than the policy wants."""

    role: Role
    pageable: int
    wanted: int


class Check(Answer):
    """Everything that bites today or soon."""

    on: date
    warn_days: int
    bites: bool = Field(description="Whether something bites today")
    members: tuple[Bitten, ...]
    roles: tuple[Short, ...]
    not_nominated: tuple[str, ...] = Field(
        description="Peers whom colleagues did not nominate, where somebody wrote that down"
    )


class Changed(Answer):
    """One field that would be another. Contacts and profiles are named and never shown."""

    field: str
    before: Any = None
    after: Any = None


class Problemed(Answer):
    """A field that does not fit."""

    field: str
    problem: str


class Preview(Answer):
    """What an import would do to one member."""

    member_id: str
    answer: str = Field(description="added, changed, unchanged or refused")
    fields: tuple[Changed, ...] = ()
    problems: tuple[Problemed, ...] = ()


class Previews(Answer):
    """What an import would do, in the order that was asked."""

    members: tuple[Preview, ...]


class ProposedMember(Given):
    """A part of one entry."""

    member_id: OwnMemberId
    entry: PartOfEntry


class Proposed(Given):
    """Parts of entries. A roster number is a value here: as a key it would be told in errors."""

    members: tuple[ProposedMember, ...]
