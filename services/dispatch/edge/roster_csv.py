"""The columns of a roster file, as export writes and import reads them. Pure.

A cell that a spreadsheet would take for a formula gets an apostrophe before it, and loses it again
when it is read: no name, unit or bio can run anything.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from schemas.roster import Competency, CompetencyKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from schemas.roster import MemberEnrolled
    from services.dispatch.carriers.port import Contact
    from services.dispatch.personal import Profile
    from services.dispatch.roster import Member

CONFIDENTIAL = "CONFIDENTIAL"
WARNING = (
    f"# {CONFIDENTIAL}: names and contacts of peer support members. "
    "Keep it where only the coordinators can read it, and delete it when it is done with."
)
KINDS = tuple(kind.value for kind in CompetencyKind)
NEEDED = (
    *("member_id", "role", "discipline", "station", "units", "designated_from"),
    *("training_valid_until", "contact_confirmed_on"),
)
OPTIONAL = (
    *("designated_until", *KINDS),
    *("languages", "supervises", "close_to", "peer_nominated", "on_team_page"),
)
CONTACT = ("email", "phone", "label", "sms", "voice", "apprise", "order")
PROFILE = ("page_name", "page_bio")
COLUMNS = (*NEEDED, *OPTIONAL, *CONTACT, *PROFILE)
_FORMULA = re.compile(r"^'*[=+\-@\t\r]")


def as_csv(
    members: Iterable[tuple[str, Member]],
    on_file: Mapping[str, tuple[Contact | None, Profile]] | None = None,
) -> str:
    """A roster file; without `on_file` it holds no contact and no name."""
    columns = COLUMNS if on_file is not None else (*NEEDED, *OPTIONAL)
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    if on_file is not None:
        csv.writer(out, lineterminator="\r\n").writerow([WARNING])
    writer.writeheader()
    for member_id, member in members:
        cells = {"member_id": member_id, **_entry(member.entry), **_since(member)}
        if on_file is not None:
            cells |= _personal(*on_file[member_id])
        writer.writerow({name: guarded(cell) for name, cell in cells.items()})
    return out.getvalue()


def example() -> str:
    """Every column, and one invented member."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerow(
        {
            "member_id": "p-01",
            "role": "peer",
            "discipline": "fire",
            "station": "st-1",
            "units": "E1 M1",
            "designated_from": "2024-05-01",
            "training_valid_until": "2027-04-30",
            "contact_confirmed_on": "2026-01-15",
            "icisf_group": "2024-05-01",
            "icisf_individual": "2024-05-02/2027-05-01",
            "in_service": "2025-02-10 2026-01-15",
            "languages": "en es",
            "supervises": "E2",
            "peer_nominated": "yes",
            "on_team_page": "no",
            "email": "p-01@example.invalid",
            "phone": guarded("+12025550100"),
            "label": "Example p-01",
        }
    )
    return out.getvalue()


def _entry(entry: MemberEnrolled) -> dict[str, str]:
    return {
        "role": entry.role.value,
        "discipline": entry.discipline,
        "station": entry.station,
        "units": joined(entry.units),
        "designated_from": entry.designated_from.isoformat(),
        "training_valid_until": entry.training_valid_until.isoformat(),
        "languages": joined(entry.languages),
        "supervises": joined(entry.supervises),
        "close_to": joined(entry.close_to),
        "peer_nominated": _yes_or_no(entry.peer_nominated),
        **{kind: trainings(entry.competencies, kind) for kind in KINDS},
    }


def _since(member: Member) -> dict[str, str]:
    """What holds today, whoever said it last."""
    until = member.designated_until
    return {
        "designated_until": until.isoformat() if until else "",
        "contact_confirmed_on": member.contact_confirmed_on.isoformat(),
        "on_team_page": _yes_or_no(member.on_team_page),
    }


def _personal(contact: Contact | None, profile: Profile) -> dict[str, str]:
    told: dict[str, str] = {"page_name": profile.name, "page_bio": profile.bio}
    if contact is None:
        return told
    plain = ("email", "phone", "label", "sms", "voice")
    told |= {name: getattr(contact, name) or "" for name in plain}
    return told | {"apprise": joined(contact.apprise), "order": joined(contact.order)}


def trainings(competencies: Sequence[Competency], kind: str) -> str:
    """`2024-05-01 2025-05-02/2026-05-01`: when each was earned, and the certificate's last day."""
    found = (each for each in competencies if each.kind.value == kind)
    return " ".join(
        f"{each.earned_on}/{each.valid_until}" if each.valid_until else f"{each.earned_on}"
        for each in found
    )


def joined(words: Sequence[str]) -> str:
    """Words parted by spaces, or by semicolons where one holds a space itself."""
    if any(re.search(r"[\s;]", word) for word in words):
        return "".join(f"{word};" for word in words)
    return " ".join(words)


def parted(cell: str) -> list[str]:
    """The words of a cell, however it parts them."""
    if ";" in cell:
        return [word.strip() for word in cell.split(";") if word.strip()]
    return cell.split()


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguarded(cell: str) -> str:
    """The cell as it was before `guarded`."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def _yes_or_no(value: bool | None) -> str:  # noqa: FBT001 - a plain fact
    return "" if value is None else "yes" if value else "no"
