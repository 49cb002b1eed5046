"""Answers questions about exercises from the store, for programs and for people alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from services.audit.views import drills
from services.audit.views.drill_report import DrillReport, report
from services.audit.views.drills import Drills
from services.runtime.edge import Problem

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from services.audit.reader import Reader

_PREFIX = re.compile(r"^[0-9a-f-]{6,36}$")


@dataclass(frozen=True, slots=True)
class DrillReader:
    """Reading of exercises, on the reader's store and clock."""

    reader: Reader

    async def listed(self, agency: str) -> Drills:
        """The exercises of an agency, the newest first."""
        found = await self.reader.store.read(lambda c: drills.rows(c, agency))
        return Drills(
            as_of=self.reader.clock.now(), drills=tuple(drills.drill(each) for each in found)
        )

    async def report(self, agency: str, case_id: str) -> DrillReport:
        """How one went, by its id or the beginning of it. Raises Problem 404 and 409."""
        prefix, now = case_id.lower(), self.reader.clock.now()

        def look(connection: Connection) -> tuple[DrillReport, ...]:
            if not _PREFIX.match(prefix):
                return ()
            found = drills.rows(connection, agency, prefix, most=2)
            return tuple(report(connection, row, now) for row in found)

        found = await self.reader.store.read(look)
        if not found:
            raise Problem(
                HTTPStatus.NOT_FOUND,
                "There is no such exercise. Give its id, or at least its first 6 characters.",
                code="unknown-exercise",
            )
        if len(found) > 1:
            raise Problem(
                HTTPStatus.CONFLICT,
                "Several exercises begin like that: give more of the id.",
                code="ambiguous-case",
            )
        return found[0]
