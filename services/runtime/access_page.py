"""docs/reference/access.md, made from the table: `python -m services.runtime.access_page`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from services.runtime.access import NAMES, ROLES, May, who_may
from services.runtime.access_rows import CODED, FORMS, KEYED, OPEN, PAGES, SECRETS

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "access.md"
_COAST_GUARD = "US Coast Guard CISM instruction (COMDTINST 1754.3): nobody reports who took part"
_CALIFORNIA = "Cal. Gov. Code § 8669.1 and following: what a peer was told stays in the team"
_COUNTS = "counts above a floor only; the floor of five is a PROPOSAL"
_LOAD = "ICISF team guide: follow-up of the team is its clinical director's"
_RECORD = "a record that others than its keepers can check"
_BEFORE = "who ran Tailboard had it before there were roles"

WHY: Mapping[May, str] = {
    May.POST_INCIDENTS: "the dispatch center tells what happened, and no more",
    May.TRY_SCREENING: "nothing is stored",
    May.READ_CASES: f"{_COAST_GUARD}; a crew of three is known even without names",
    May.DECIDE: "a person can override every step, by name of a duty and with a reason",
    May.SCHEDULE: "no debriefing without the mental health professional's yes (ICISF)",
    May.READ_COUNTS: f"command sees {_COUNTS}",
    May.READ_CLOCKS: "every clock is to be audited; it counts cases and never people",
    May.SEE_SMALL_COUNTS: _COUNTS,
    May.READ_REPORTS: "of the program, for those who answer for it or check it",
    May.SEE_COVERAGE: "command and dispatch plan cover, and need no names for it",
    May.SEE_ROSTER: "currency is the program lead's to watch",
    May.CHANGE_ROSTER: "the program designates its members (California, Louisiana CE 518)",
    May.SEE_PHONES: "who enrols members has their contacts; nobody else needs them",
    May.SEE_ON_CALL: "coordinators page whoever is on call",
    May.CHANGE_ROTA: "a swap at night is the coordinator's",
    May.SEE_LOAD: _LOAD,
    May.SEE_PLACES: "public lines of organisations",
    May.KEEP_PLACES: "PROPOSAL",
    May.REFER: "category only, and never who",
    May.RECORD_EXCEPTIONS: f"{_CALIFORNIA}, but for what the law wants told",
    May.SEE_DRILLS: "exercises reach nobody real",
    May.RUN_DRILLS: "PROPOSAL",
    May.READ_ONE_ON_ONES: f"{_RECORD}; who opened what is not theirs",
    May.MANAGE_PRIVATE: "PROPOSAL, with counsel",
    May.BREAK_GLASS: "for danger and court orders (Cal. Gov. Code § 8669.1 and following); kept on record",
    May.READ_FEEDBACK: "closed quarters, counts from five on",
    May.READ_RECORD: _RECORD,
    May.EXPORT: "attestation of the team's trainings (ICISF)",
    May.RAISE_EMERGENCY: "help never waits for a role; a dispatch center calls its own",
    May.ASK_FOR_A_PEER: "everybody may ask, outside the chain of command",
    May.OPERATE: _BEFORE,
}
"""Where each rule comes from. A capability without an entry is a PROPOSAL of whoever added it."""

_HEAD = """# Who may do what

Made from the code by `python -m services.runtime.access_page`; a test compares. What is not written
here is not allowed. How to give keys: [roles](../how-to/roles.md). Not legal advice.
"""
_RULES = """
- Each role is a key's: `tailboard keys add night-desk --role coordinator`.
- A key opens its own agency alone: of another's, a case answers exactly like one that does not exist.
- Without a key, or with one that ran out or was taken back: 401. With another role: 403. The console
  leads to its sign-in page, or says which role it takes and whom to ask.
- Where command and auditors read response times, clocks and parts that fewer than five cases make are
  left out, and with them the next larger part when a subtraction would give them away.
- `program lead` never reads a case; `command` reads neither cases, nor the roster, nor roster numbers.
- What each of the team carries is for the mental health lead's key alone, not even an operator's.
- Facilitators and members have their own signed links; these open what is theirs, and need no key.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *_table(), _RULES, "## Addresses", "", *_addresses()]) + "\n"


def _table() -> list[str]:
    names = [NAMES[role] for role in ROLES]
    lines = [f"| May | {' | '.join(names)} | Source |", f"|---|{':-:|' * len(names)}---|"]
    for what in May:
        marks = ("yes" if role in who_may(what) else "" for role in ROLES)
        lines.append(f"| {what} | {' | '.join(marks)} | {WHY.get(what, 'PROPOSAL')} |")
    return lines


def _addresses() -> list[str]:
    """Each address under what it needs."""
    rows = {**KEYED, **PAGES, **FORMS, **CODED}
    order = list(May)
    ordered = sorted(rows.items(), key=lambda row: order.index(row[1]))
    lines = [
        "A form needs the pass of the page that it stands on. Help (`/ask`, `/emergency`, `/exposure`) can be",
        "read by all; what is sent needs a key or the members' code, unless the agency lets everybody ask.",
        "",
        "| Address | Needs to |",
        "|---|---|",
    ]
    for what, group in groupby(ordered, key=lambda row: row[1]):
        lines += [f"| `{address}` | {what} |" for address, _ in group]
    lines += [f"| `{address}` | nothing: it is about nobody |" for address in sorted(OPEN)]
    lines += [f"| `{address}` | a secret of its own |" for address in sorted(SECRETS)]
    return lines


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
