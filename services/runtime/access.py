"""What each role may do: one table, in which nothing is allowed that is not written down.

docs/reference/access.md says the same in words, with where each rule comes from; a test compares.
Which address needs which of these is in `access_rows`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from services.runtime.auth import KeyRole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.runtime.auth import Principal


class May(StrEnum):
    """One thing that a key may do; its value is how it is named to people."""

    POST_INCIDENTS = "post incidents"
    TRY_SCREENING = "try the screening and read its trigger classes"
    READ_CASES = "read cases and activations, with the team's roster numbers"
    DECIDE = "decide: raise, lower, merge, staff, settle and close cases"
    SCHEDULE = "schedule and approve sessions, and say what became of them"
    READ_COUNTS = "read counts; those under five are suppressed"
    READ_CLOCKS = "read response times"
    SEE_SMALL_COUNTS = "see clocks that fewer than five cases make"
    READ_REPORTS = "read reports of training, exercises and cost"
    SEE_COVERAGE = "see how many members can be asked, without who"
    SEE_ROSTER = "see the roster: who can be asked, and what ends soon"
    CHANGE_ROSTER = "change the roster"
    SEE_PHONES = "see members' names, phones and addresses"
    SEE_ON_CALL = "see who is on call"
    CHANGE_ROTA = "change who is on call"
    SEE_LOAD = "see what each of the team carries"
    SEE_PLACES = "see the places to turn to"
    KEEP_PLACES = "keep the places to turn to"
    REFER = "record that a place was pointed to"
    RECORD_EXCEPTIONS = "record what must be reported by law"
    SEE_DRILLS = "see exercises"
    RUN_DRILLS = "run exercises"
    READ_ONE_ON_ONES = "read counts of one-on-ones, legal holds, and who broke the glass"
    MANAGE_PRIVATE = "set legal holds"
    BREAK_GLASS = "open a one-on-one that is not theirs, with a reason that is kept"
    READ_FEEDBACK = "read the answers of anonymous feedback"
    READ_RECORD = "read the record's proof and the purge clock"
    EXPORT = "export the roster"
    RAISE_EMERGENCY = "raise an emergency"
    ASK_FOR_A_PEER = "ask for a peer"
    OPERATE = "run the service: carriers, dead letters, signing keys"


_ASKS = frozenset({May.ASK_FOR_A_PEER})
_TEAM = _ASKS | {
    May.TRY_SCREENING,
    May.SEE_PLACES,
    May.SEE_ON_CALL,
    May.SEE_ROSTER,
    May.SEE_COVERAGE,
    May.READ_CLOCKS,
    May.SEE_SMALL_COUNTS,
    May.SEE_DRILLS,
}

ROLES: Mapping[KeyRole, frozenset[May]] = {
    KeyRole.DISPATCH_CENTER: _ASKS
    | {
        May.POST_INCIDENTS,
        May.TRY_SCREENING,
        May.READ_CASES,
        May.READ_COUNTS,
        May.READ_CLOCKS,
        May.SEE_SMALL_COUNTS,
        May.SEE_COVERAGE,
    },
    KeyRole.COORDINATOR: _TEAM
    | {
        May.READ_CASES,
        May.DECIDE,
        May.SCHEDULE,
        May.CHANGE_ROTA,
        May.KEEP_PLACES,
        May.REFER,
        May.RUN_DRILLS,
        May.RAISE_EMERGENCY,
    },
    KeyRole.MHP_LEAD: _TEAM
    | {
        May.READ_CASES,
        May.SCHEDULE,
        May.READ_COUNTS,
        May.READ_REPORTS,
        May.SEE_LOAD,
        May.REFER,
        May.RECORD_EXCEPTIONS,
        May.READ_ONE_ON_ONES,
        May.MANAGE_PRIVATE,
        May.BREAK_GLASS,
        May.READ_FEEDBACK,
        May.RAISE_EMERGENCY,
    },
    KeyRole.PROGRAM_LEAD: _TEAM
    | {
        May.READ_COUNTS,
        May.READ_REPORTS,
        May.CHANGE_ROSTER,
        May.SEE_PHONES,
        May.CHANGE_ROTA,
        May.KEEP_PLACES,
        May.RUN_DRILLS,
        May.READ_FEEDBACK,
        May.READ_RECORD,
        May.EXPORT,
    },
    KeyRole.COMMAND: _ASKS | {May.READ_COUNTS, May.READ_CLOCKS},
    KeyRole.AUDITOR: _ASKS
    | {
        May.READ_COUNTS,
        May.READ_REPORTS,
        May.READ_CLOCKS,
        May.SEE_DRILLS,
        May.READ_ONE_ON_ONES,
        May.READ_FEEDBACK,
        May.READ_RECORD,
    },
    KeyRole.FACILITATOR: _ASKS | {May.SEE_PLACES},
    KeyRole.MEMBER: _ASKS | {May.RAISE_EMERGENCY},
    KeyRole.OPERATOR: frozenset(May) - {May.SEE_LOAD},
}
"""Whoever is not named here may do nothing."""

NAMES: Mapping[KeyRole, str] = {
    KeyRole.DISPATCH_CENTER: "dispatch center",
    KeyRole.COORDINATOR: "coordinator",
    KeyRole.MHP_LEAD: "mental health lead",
    KeyRole.PROGRAM_LEAD: "program lead",
    KeyRole.COMMAND: "command",
    KeyRole.AUDITOR: "auditor",
    KeyRole.FACILITATOR: "facilitator",
    KeyRole.MEMBER: "member",
    KeyRole.OPERATOR: "operator",
}
"""How people call each role."""


def may(who: Principal | None, what: May) -> bool:
    """Whether this caller may do this."""
    return who is not None and what in ROLES.get(who.role, frozenset())


def who_may(what: May) -> tuple[KeyRole, ...]:
    """The roles that may, in the order in which they are explained."""
    return tuple(role for role in ROLES if what in ROLES[role])


def refused(role: KeyRole, what: May | None) -> str:
    """Why a key was turned away, in plain words: its role, what it lacks, and whose key has it."""
    if what is None:
        return f"A {NAMES[role]} key opens nothing here: no rule of access names this address."
    others = [NAMES[each] for each in who_may(what)]
    listed = " or ".join(filter(None, (", ".join(others[:-1]), others[-1])))
    article = "An" if NAMES[role][0] in "aeiou" else "A"
    return f"{article} {NAMES[role]} key may not {what}. Ask somebody with the role {listed}."
