"""The views' tables. Each column of a case is written by exactly one stream, so that it does not
matter how the streams interleave; nothing here can hold a name, a phone or a mail address.
"""

from __future__ import annotations

from services.audit.tables.about import about
from services.audit.tables.cases import cases, entries, planned, positions, reviews
from services.audit.tables.columns import Utc, metadata
from services.audit.tables.drills import drills
from services.audit.tables.feedback import feedback
from services.audit.tables.private import glass, holds, one_on_ones
from services.audit.tables.requests import answers, requests
from services.audit.tables.roster import coverage, members
from services.audit.tables.support import exceptions, places, referrals
from services.audit.tables.team import (
    alarms,
    amendments,
    deliveries,
    offers,
    rankings,
    searches,
)

VERSION = 12
"""Raise it when what old events have left is not right any more: views of the new version are then
built beside those of the old one. What is only added, and filled by new events alone, needs no new
version but a step in services/audit/migrations, as every change to a table does."""

__all__ = [
    "VERSION",
    "Utc",
    "about",
    "alarms",
    "amendments",
    "answers",
    "cases",
    "coverage",
    "deliveries",
    "drills",
    "entries",
    "exceptions",
    "feedback",
    "glass",
    "holds",
    "members",
    "metadata",
    "offers",
    "one_on_ones",
    "places",
    "planned",
    "positions",
    "rankings",
    "referrals",
    "requests",
    "reviews",
    "searches",
]
