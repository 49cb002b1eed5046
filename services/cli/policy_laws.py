"""Whose law holds, on a terminal: the packs that ship, one of them whole, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from schemas.jurisdiction import Contact, Jurisdiction
from services.cli.policy_overview import plain_table, show
from services.cli.policy_words import shown
from services.cli.stop import EXIT_INPUT, Stop
from services.followup.jurisdiction import read_jurisdiction
from services.followup.settings import FollowupSettings
from services.runtime.policy_files import BadPolicyFile, read_policy_file, shipped_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.jurisdiction import LegalException

FOLDER = "jurisdictions"


def is_law(named: str) -> bool:
    """Whether a name or a file is a jurisdiction rather than a policy of responses."""
    if named in shipped_names(FOLDER):
        return True
    try:
        text = Path(named).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return False
    return any(line.startswith("code:") for line in text.splitlines())


def law(named: str | None) -> Jurisdiction:
    """The pack of this name or file; with None, the one in force. Stop 2 when it cannot be used."""
    try:
        if named is None:
            return read_jurisdiction(FollowupSettings())
        if named in shipped_names(FOLDER):
            return read_policy_file(Jurisdiction, f"{FOLDER}/{named}", None)
        return read_policy_file(Jurisdiction, f"{FOLDER}/default", Path(named))
    except (BadPolicyFile, OSError) as error:
        raise Stop(str(error), EXIT_INPUT) from error
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(("TAILBOARD", *map(str, first["loc"][:1]))).upper()
        raise Stop(f"{name}: {first['msg']}", EXIT_INPUT) from error


def list_laws() -> None:
    """A row for each that ships, the one in force marked."""
    in_force = law(None)
    table = plain_table("jurisdiction", "title", "exceptions", "written notice", "read by a lawyer")
    for name in shipped_names(FOLDER):
        pack = law(name)
        mark = "*" if pack.version == in_force.version else ""
        written = sum(each.written_notice_required for each in pack.exceptions)
        told = f"for {written} of them" if written else "not asked for"
        table.add_row(name + mark, pack.title, str(len(pack.exceptions)), told, _reviewed(pack))
    show(table)
    print(f"\nin force: {_title(in_force)}; TAILBOARD_JURISDICTION chooses another")


def check_law(named: str | None) -> None:
    """One line when it holds together; Stop 2 with all that is wrong."""
    pack = law(named)
    print(f"{_title(pack)}: nothing wrong; read by a lawyer: {_reviewed(pack)}")


def show_law(named: str) -> None:
    """Statutes, exceptions with what each asks for, and the notice as people read it."""
    pack = law(named)
    print(f"{_title(pack)}; read by a lawyer: {_reviewed(pack)}\n")
    for statute in pack.statutes:
        print(f"{statute.citation}\n  {statute.covers}")
        for said in statute.says:
            print(f"  {said}")
        print(f"  source: {statute.source}")
    print("\nexceptions")
    table = plain_table("category", "what", "statute", "tell first", "in writing", "source")
    for each in pack.exceptions:
        table.add_row(*_row(each))
    show(table)
    print(f"\nthe notice, while nothing is known of the contact (version {_version(pack)})")
    for line in _notice(pack):
        print(f"  {line}")


def _row(each: LegalException) -> Iterator[str]:
    yield each.category.value
    yield each.says
    yield each.statute or "not read in it"
    yield ", ".join(shown(kind.value) for kind in each.notify)
    yield "yes" if each.written_notice_required else "no"
    yield each.source


def _notice(pack: Jurisdiction) -> Iterator[str]:
    notice = pack.notice_for(Contact())
    yield from notice.sentences
    if notice.exceptions:
        yield "A peer may have to tell somebody about"
        yield from (f"- {each}" for each in notice.exceptions)
    yield from notice.remarks


def _version(pack: Jurisdiction) -> str:
    return pack.notice_for().version


def _title(pack: Jurisdiction) -> str:
    return f"jurisdiction {pack.code}, {pack.title} (version {pack.version})"


def _reviewed(pack: Jurisdiction) -> str:
    review = pack.reviewed_by_counsel
    return f"{review.by_role}, {review.on.isoformat()}" if review else "not yet"
