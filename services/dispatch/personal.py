"""What is known of members as persons: how to reach them, and what they want the team page to say.

It lies in the erasable bucket and nowhere else; nothing of it goes to a log, a metric or a stream.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.dispatch.carriers.port import Contact
from services.dispatch.rota_kept import erase as erase_calendars

if TYPE_CHECKING:
    from collections.abc import Collection

    from services.runtime.bucket import Bucket

_PROFILE, _OWN_PAGE = "profile", "own-page"
PersonName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
Bio = Annotated[str, StringConstraints(strip_whitespace=True, max_length=600)]


class Profile(BaseModel):
    """What the team page says of a member who agreed to be on it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: PersonName = Field(default="", repr=False)
    bio: Bio = Field(default="", repr=False)


class OwnPage(BaseModel):
    """The link of a member's own page: it works while its number is the one that is kept here."""

    model_config = ConfigDict(frozen=True)

    number: Annotated[str, Field(repr=False)]
    valid_until: datetime
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class PersonalRecords:
    """Every member's records. Each call raises Transient when the bucket cannot be reached."""

    bucket: Bucket

    async def contact(self, agency: str, member_id: str) -> Contact | None:
        """How to reach a member; None once it is erased."""
        stored = await self.bucket.get(f"{agency}.{member_id}")
        return Contact.model_validate_json(stored) if stored else None

    async def keep_contact(self, agency: str, member_id: str, contact: Contact) -> None:
        """Replace how to reach a member."""
        await self.bucket.put(f"{agency}.{member_id}", contact.model_dump_json().encode())

    async def with_contact(self, agency: str) -> frozenset[str]:
        """The members of an agency whom some contact is on file for."""
        return frozenset(key.rpartition(".")[2] for key in await self.bucket.under(agency))

    async def profile(self, agency: str, member_id: str) -> Profile:
        """What the team page would say; empty where nothing is on file."""
        stored = await self.bucket.get(_key(agency, _PROFILE, member_id))
        return Profile.model_validate_json(stored) if stored else Profile()

    async def profiles(self, agency: str, member_ids: Collection[str]) -> dict[str, Profile]:
        """What the team page would say of these members."""
        found = await asyncio.gather(*(self.profile(agency, each) for each in member_ids))
        return dict(zip(member_ids, found, strict=True))

    async def keep_profile(self, agency: str, member_id: str, profile: Profile) -> None:
        """Replace what the team page says; an empty one is erased."""
        key = _key(agency, _PROFILE, member_id)
        if profile == Profile():
            await self.bucket.erase(key)
        else:
            await self.bucket.put(key, profile.model_dump_json().encode())

    async def own_page(self, agency: str, member_id: str) -> OwnPage | None:
        """The link that opens a member's own page; None where none was ever sent."""
        stored = await self.bucket.get(_key(agency, _OWN_PAGE, member_id))
        return OwnPage.model_validate_json(stored) if stored else None

    async def own_page_held(self, agency: str, member_id: str) -> tuple[OwnPage, int] | None:
        """The link with its revision, to change it by `swap_own_page`."""
        held = await self.bucket.held(_key(agency, _OWN_PAGE, member_id))
        return (OwnPage.model_validate_json(held.value), held.revision) if held else None

    async def swap_own_page(
        self, agency: str, member_id: str, page: OwnPage, revision: int
    ) -> None:
        """Replace the link if nobody else has since (0: there was none). Raises Conflict."""
        key = _key(agency, _OWN_PAGE, member_id)
        await self.bucket.swap(key, page.model_dump_json().encode(), revision)

    async def keep_own_page(self, agency: str, member_id: str, page: OwnPage) -> None:
        """Replace the link: an older number opens nothing any more."""
        key = _key(agency, _OWN_PAGE, member_id)
        await self.bucket.put(key, page.model_dump_json().encode())

    async def erase(self, agency: str, member_id: str) -> None:
        """Erase everything: the member's page and feed close, and the team page does not name them."""
        for kind in (_OWN_PAGE, _PROFILE):
            await self.bucket.erase(_key(agency, kind, member_id))
        await self.bucket.erase(f"{agency}.{member_id}")
        await erase_calendars(self.bucket, agency, member_id)


def _key(agency: str, kind: str, member_id: str) -> str:
    return f"{agency}.{kind}.{member_id}"
