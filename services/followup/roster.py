"""As much of the roster as followup needs: who is on it today, and as what. Pure; dispatch owns it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from schemas.policy import Role
from schemas.roster import MemberEnrolled, MemberLeft, MemberReturned

if TYPE_CHECKING:
    from datetime import date

    from schemas.envelope import Event

CLINICIANS = frozenset({Role.MHP, Role.CLINICAL_DIRECTOR})


@dataclass(frozen=True, slots=True)
class Entry:
    """One member: their role, and between which days they are designated."""

    role: Role
    begins: date
    ends: date | None

    def is_on_roster(self, day: date) -> bool:
        """Whether they serve on this day."""
        return self.begins <= day and (self.ends is None or day <= self.ends)


def evolve_entry(entry: Entry | None, event: Event) -> Entry | None:
    """The entry after one more event of the roster.

    A correction does not bring back one who left; a designation that begins later does.
    """
    match event:
        case MemberEnrolled(role=role, designated_from=begins, designated_until=ends):
            left = entry.ends if entry else None
            stays_away = left is not None and begins <= left
            return Entry(role, begins, left if stays_away else ends)
        case MemberLeft(designated_until=ends) if entry:
            return replace(entry, ends=ends)
        case MemberReturned() if entry:
            return replace(entry, ends=None)
        case _:
            return entry
