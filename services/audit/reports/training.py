"""The training attestation: who was designated and trained on a day, by roster number.

A listed team deploys nobody who is not trained, and keeps records of the trainings. Members are numbers
here, as everywhere in the views; whoever signs puts the names beside them.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from services.audit import tables
from services.audit.currency import left_on, training_ends
from services.audit.reports.model import Fact, Kind, Report, Table
from services.audit.words import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection

    from services.audit.currency import Numbers

_NOTES = (
    "By roster number: names are kept apart and are in no report.",
    "It says who was designated and whose training was in force on this day, by the roster as it is "
    "recorded now; of a member who was designated anew, the latest designation is shown.",
    "How long a training counts is the certificate's own date, or else the agency's policy.",
)
_SOURCE = (
    "ICISF, requirements for listed teams: at least one mental health professional; nobody is deployed "
    'who "has not been trained in the ICISF model"; the team "shall maintain records of the trainings".'
)


def rows(connection: Connection, agency: str) -> Sequence[Mapping[str, Any]]:
    """Every member's row, in the order of their numbers."""
    m = tables.members.c
    query = select(tables.members).where(m.agency == agency).order_by(m.role, m.member_id)
    return [dict(row) for row in connection.execute(query).mappings()]


def training(
    members: Sequence[Mapping[str, Any]], on: date, numbers: Numbers, agency: str, now: datetime
) -> Report:
    """The attestation for one day, from members' rows."""
    designated = [row for row in members if _is_designated(row, on)]
    ends = {row["member_id"]: training_ends(row, on, numbers) for row in designated}
    trained = [row for row in designated if _holds(ends[row["member_id"]], on)]
    leads = sum(row["role"] == "mhp" for row in trained)
    return Report(
        kind=Kind.TRAINING,
        title="Training attestation",
        about=f"on {on:%Y-%m-%d}",
        agency=agency,
        as_of=now,
        lead=f"On {on.day} {on:%B %Y}, {len(trained)} of {len(designated)} designated members were "
        f"trained for their role; {leads} of them are mental health professionals.",
        facts=_facts(designated, trained),
        tables=(_table(designated, ends, on),) if designated else (),
        notes=_NOTES,
        sources=(_SOURCE,),
    )


def _is_designated(row: Mapping[str, Any], on: date) -> bool:
    until = left_on(row) or row["designated_until"] or date.max
    return row["designated_from"] is not None and row["designated_from"] <= on <= until


def _holds(until: date | None, on: date) -> bool:
    return until is not None and until >= on


def _facts(designated: Sequence[Any], trained: Sequence[Any]) -> tuple[Fact, ...]:
    roles = sorted({row["role"] for row in designated})
    return tuple(
        Fact(
            label=plain(role).capitalize(),
            value=f"{sum(row['role'] == role for row in trained)} of "
            f"{sum(row['role'] == role for row in designated)} trained",
        )
        for role in roles
    )


def _table(
    designated: Sequence[Mapping[str, Any]], ends: Mapping[str, date | None], on: date
) -> Table:
    return Table(
        title="Members designated on this day",
        columns=("Number", "Role", "Designated from", "Trainings", "In force until", "Trained"),
        rows=tuple(
            (
                row["member_id"],
                plain(row["role"]),
                f"{row['designated_from']:%Y-%m-%d}",
                _had(row, on),
                _until(ends[row["member_id"]]),
                "yes" if _holds(ends[row["member_id"]], on) else "no",
            )
            for row in designated
        ),
    )


def _had(row: Mapping[str, Any], on: date) -> str:
    """The trainings as of the day, each with the day on which it was earned."""
    had = [c for c in row["competencies"] or () if date.fromisoformat(c["earned_on"]) <= on]
    listed = sorted(had, key=lambda c: str(c["earned_on"]))
    return "; ".join(f"{plain(c['kind'])} {c['earned_on']}" for c in listed) or "by summary date"


def _until(until: date | None) -> str:
    if until is None:
        return "never trained"
    far = until > date.max - timedelta(days=366)
    return "needs none" if far else f"{until:%Y-%m-%d}"
