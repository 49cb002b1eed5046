"""What the pages of places and exceptions show, made of the desk's answers; no request is read here."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from schemas.jurisdiction import ExceptionCategory, Jurisdiction, Notified
from schemas.referrals import Resource
from services.followup.edge.support_words import AT_ONCE, EXCEPTIONS, NOTIFIED, PLACES
from services.followup.support_desk import SupportDesk
from services.followup.support_state import Place, Told

_NOT_DIALLED = re.compile(r"[^\d+]")


def places_shown(
    desk: SupportDesk, places: Iterable[Place], now: datetime
) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """By kind, in the order of the page: heading, kind, and its places."""
    found = list(places)
    groups = []
    for kind, heading in PLACES.items():
        rows = [_place(desk, each, now) for each in found if each.resource.category is kind]
        if rows:
            groups.append((heading, kind.value, rows))
    return groups


def own_shown(own: Sequence[Told], now: datetime) -> list[dict[str, Any]]:
    """What a member recorded, the newest first."""
    rows = []
    for number, told in enumerate(own):
        if told.recorded is None:
            continue
        words = EXCEPTIONS[told.recorded.category]
        rows.append({"number": number, "words": words, "standing": _standing(told, now)})
    return rows[::-1]


def notices_to_send(own: Sequence[Told]) -> int:
    """How many written notices a member has still to send: for the page's list of what is due."""
    return sum(told.notice_open for told in own)


def says_shown(law: Jurisdiction, category: ExceptionCategory) -> dict[str, Any] | None:
    """What the pack says of a kind; None when it is no exception under it."""
    says = law.exception(category)
    if says is None:
        return None
    return {
        "words": EXCEPTIONS[category],
        "category": category.value,
        "says": says.says,
        "statute": says.statute,
        "source": _source(law, says.statute),
        "written": says.written_notice_required,
        "at_once": category in AT_ONCE,
        "is_suicide": category is ExceptionCategory.SUICIDE_THREAT,
        "notified": _kinds((*says.notify, *(k for k in Notified if k not in says.notify))),
        "remark": remark(law),
    }


def exception_shown(told: Told, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """One exception as it stands."""
    recorded = told.recorded
    assert recorded is not None  # noqa: S101 - the page has looked
    due = recorded.notice_due_at
    return {
        "words": EXCEPTIONS[recorded.category],
        "recorded": _when(recorded.recorded_at, zone),
        "law": f"{recorded.jurisdiction}, version {recorded.jurisdiction_version}",
        "told": [NOTIFIED[kind] for kind in told.notified],
        "written": recorded.written_notice_required,
        "sent": _when(told.sent_at, zone) if told.sent_at else "",
        "due": _when(due, zone) if due else "",
        "late": bool(due and now >= due),
        "others": _kinds(kind for kind in Notified if kind not in told.notified),
    }


def remark(law: Jurisdiction) -> str:
    """Whether a lawyer has read the pack."""
    return " ".join(law.notice_for().remarks)


def _source(law: Jurisdiction, statute: str | None) -> str:
    if statute:
        return f"{law.title}: {statute}"
    if not law.statutes:
        return "No law has been chosen here; it is an exception under most of them"
    return f"{law.title}: not read in its law; it is an exception under most laws"


def _place(desk: SupportDesk, place: Place, now: datetime) -> dict[str, Any]:
    resource = place.resource
    return {
        "organisation": resource.organisation,
        "line": resource.public_line,
        "dial": _NOT_DIALLED.sub("", resource.public_line or ""),
        "web": resource.web,
        "hours": resource.hours,
        "serves": f"for {', '.join(resource.disciplines)}" if resource.disciplines else "",
        "confirmed": desk.is_built_in(resource) or place.is_confirmed(now),
        "doubt": _doubt(resource),
    }


def _doubt(resource: Resource) -> str:
    day = resource.confirmed_on
    if day is None:
        return "Unconfirmed: nobody has said that they tried it."
    return f"Unconfirmed: last tried on {day:%d %B %Y}."


def _standing(told: Told, now: datetime) -> str:
    due = told.recorded.notice_due_at if told.recorded else None
    if not told.notice_open or due is None:
        return "done"
    return "notice overdue" if now >= due else "notice to send"


def _kinds(kinds: Iterable[Notified]) -> list[tuple[str, str]]:
    return list(_named(kinds))


def _named(kinds: Iterable[Notified]) -> Iterator[tuple[str, str]]:
    for kind in kinds:
        yield kind.value, NOTIFIED[kind]


def _when(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%a %d %b %Y, %H:%M %Z")
