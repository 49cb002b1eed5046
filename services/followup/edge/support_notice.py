"""The written notice that a peer prints and fills in by hand: date, kind, law, and blank lines."""

from zoneinfo import ZoneInfo

from schemas.jurisdiction import Jurisdiction
from services.followup.edge.support_bodies import ExceptionTold
from services.followup.edge.support_words import EXCEPTIONS, NOTIFIED

_BLANK = "_" * 40


def written_notice(found: ExceptionTold, law: Jurisdiction, zone: ZoneInfo) -> str:
    """The text. The law is named as it was in force, where that is the one in force now."""
    says = law.exception(found.category)
    same = law.version == found.jurisdiction_version
    statute = says.statute if says and same else None
    when = found.recorded_at.astimezone(zone)
    told = ", ".join(NOTIFIED[kind] for kind in found.notified) or _BLANK
    lines = (
        "Notice that something you told a peer had to be told to others",
        "",
        f"To: {_BLANK}",
        f"From (peer): {_BLANK}",
        "",
        f"On {when:%A %d %B %Y} something that you told in peer support was told to others.",
        f"Kind: {EXCEPTIONS[found.category]}",
        f"Told to: {told}",
        f"Law: {statute or _BLANK}",
        f"(pack {found.jurisdiction}, version {found.jurisdiction_version})",
        "",
        "Peer support is still there for you. You can ask for another peer at any time.",
        "In a crisis call or text 988. In an emergency call 911.",
        "",
        f"Date: {_BLANK}",
        f"Signature: {_BLANK}",
        "",
    )
    return "\n".join(lines)
