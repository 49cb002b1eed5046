"""Parts of entries laid over what is on file, and what that would change. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from schemas.roster import MemberEnrolled, MemberFields
from services.dispatch.carriers.port import Contact
from services.dispatch.edge.roster_models import Changed, Entry, Preview, Problemed
from services.dispatch.personal import Profile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from services.dispatch.roster import Member


def laid_over(
    member: Member | None, contact: Contact | None, profile: Profile, part: Mapping[str, Any]
) -> Entry:
    """The whole entry after a change of some fields. Raises ValidationError, which names them."""
    before: dict[str, Any] = {}
    if member is not None:
        before = {name: getattr(member.entry, name) for name in MemberFields.model_fields}
    merged = before | dict(part)
    on_file = {"contact": contact, "profile": profile if profile != Profile() else None}
    for name, held in on_file.items():
        given = merged.get(name)
        if held is not None and (given is None or isinstance(given, dict)):
            merged[name] = held.model_dump() | (given or {})
    return Entry.model_validate(merged)


def preview(
    member_id: str,
    member: Member | None,
    on_file: tuple[Contact | None, Profile],
    part: Mapping[str, Any],
) -> Preview:
    """What a part of an entry would do to one member, without doing it."""
    contact, profile = on_file
    try:
        entry = laid_over(member, contact, profile, part)
    except ValidationError as error:
        return Preview(member_id=member_id, answer="refused", problems=tuple(_problems(error)))
    if member is None:
        return Preview(member_id=member_id, answer="added")
    changed = (*_fields(member, entry), *_personal(on_file, entry))
    answer = "changed" if changed else "unchanged"
    return Preview(member_id=member_id, answer=answer, fields=changed)


def _fields(member: Member, entry: Entry) -> Iterator[Changed]:
    """As it is in effect: a newer confirmation and the member's own word outlast a file."""
    old = member.entry.model_dump(mode="json")
    new = entry.model_dump(mode="json", exclude={"contact", "profile"})
    after = replace(member, entry=MemberEnrolled.model_validate(entry, from_attributes=True))
    for effect, values in ((member, old), (after, new)):
        values["contact_confirmed_on"] = effect.contact_confirmed_on.isoformat()
        values["on_team_page"] = effect.on_team_page
    for name, value in new.items():
        if old[name] != value:
            yield Changed(field=name, before=old[name], after=value)


def _personal(on_file: tuple[Contact | None, Profile], entry: Entry) -> Iterator[Changed]:
    """Names of fields only: what they hold is for nobody's screen."""
    contact, profile = on_file
    pairs = {"contact": (contact, entry.contact), "profile": (profile, entry.profile or profile)}
    for name, (before, after) in pairs.items():
        old = before.model_dump() if before else {}
        for field, value in after.model_dump().items():
            if (old.get(field) or None) != (value or None):
                yield Changed(field=f"{name}.{field}")


def _problems(error: ValidationError) -> Iterator[Problemed]:
    """Field and trouble, without the value: it may be a name or a phone."""
    for each in error.errors(include_input=False, include_url=False, include_context=False):
        place = ".".join(str(part) for part in each["loc"])
        yield Problemed(field=place, problem=each["msg"].removeprefix("Value error, "))
