"""Which cases are one incident, and why: what a case absorbed, and what it became. Merges nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.envelope import Frozen
from schemas.intake import MatchedBy
from services.audit.folds.decisions import MATCHES
from services.audit.views import case_file

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from services.audit.views.case_file import Case, CaseFile


class Joined(Frozen):
    """Another number of the same incident, and why both are held to be one."""

    case_id: str
    source: str | None
    number: str | None
    incident_type: str | None
    why: str


class Merges(Frozen):
    """What a case is now, and which other numbers it is."""

    into: Joined | None = None
    absorbed: tuple[Joined, ...] = ()


def merges(connection: Connection, file: CaseFile) -> Merges:
    """How a case and others are one incident."""
    case = file.case
    absorbed = case_file.absorbed(connection, case.agency, case.case_id)
    return Merges(
        into=_into(connection, case) if case.merged_into else None,
        absorbed=tuple(_joined(other, _why(other)) for other in absorbed),
    )


def _into(connection: Connection, case: Case) -> Joined:
    into = case.merged_into or ""
    found = case_file.by_prefix(connection, case.agency, into)
    other = found[0].case if found else case_file.bare(case.agency, into).case
    return _joined(other, _why(case))


def _joined(other: Case, why: str) -> Joined:
    return Joined(
        case_id=other.case_id,
        source=other.source,
        number=other.number,
        incident_type=other.incident_type,
        why=why,
    )


def _why(merged: Case) -> str:
    return merged.merged_why or MATCHES[MatchedBy(merged.merged_by or MatchedBy.PERSON)]
