"""Valid events of referrals, places and exceptions; part of the builders' table."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from schemas import exceptions, referrals
from schemas.jurisdiction import ExceptionCategory, Notified
from schemas.policy import Role
from schemas.referrals import ReferralCategory, Resource

if TYPE_CHECKING:
    from schemas.envelope import Event

_NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
PLACE = Resource(
    resource_id="eap-north",
    organisation="Northside Employee Assistance",
    category=ReferralCategory.EAP,
    public_line="+1 555 0100",
    web="https://eap.example.org",
    hours="Mon to Fri 8 to 18",
    disciplines=("fire", "ems"),
    confirmed_on=date(2026, 3, 1),
)


def support_given() -> dict[type[Event], dict[str, Any]]:
    """Rows of the builders' table."""
    place = {"resource_id": PLACE.resource_id}
    due = {"notice_due_at": _NOW + timedelta(days=3)}
    return {
        referrals.ReferralOffered: {
            "category": ReferralCategory.CLINICIAN,
            "offered_at": _NOW,
            "by_role": Role.PEER,
            "case_id": "8f1a5c1e-0000-5000-8000-00000000000c",
            "item": "check-in-1-responders",
        },
        referrals.ResourceListed: {"resource": PLACE, "stale_at": _NOW + timedelta(days=89)},
        referrals.ResourceConfirmed: place
        | {"confirmed_on": date(2026, 3, 2), "stale_at": _NOW + timedelta(days=90)},
        referrals.ResourceRemoved: place,
        referrals.ResourceOutdated: place | {"confirmed_on": date(2025, 12, 1)},
        exceptions.ExceptionRecorded: due
        | {
            "category": ExceptionCategory.CHILD_ABUSE,
            "recorded_at": _NOW,
            "jurisdiction": "california",
            "jurisdiction_version": "0123456789ab",
            "notified": (Notified.CHILD_PROTECTIVE_SERVICES,),
            "written_notice_required": True,
            "remind_at": _NOW + timedelta(days=2),
        },
        exceptions.ExceptionNotified: {"notified": (Notified.MHP_LEAD,), "notified_at": _NOW},
        exceptions.WrittenNoticeSent: {"sent_at": _NOW},
        exceptions.WrittenNoticeReminded: due,
        exceptions.WrittenNoticeOverdue: due,
    }
