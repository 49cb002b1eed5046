"""The public page of the team: who is there to talk to, of those who agreed, and how to ask.

It says nothing of anybody who did not agree, not even how many they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from schemas.policy import Role
from services.dispatch.edge.member_shown import ROLES
from services.dispatch.edge.requests_pages import page
from services.dispatch.roster import designated_on
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from services.dispatch.book import RosterBook
    from services.dispatch.personal import PersonalRecords, Profile
    from services.dispatch.roster import Member
    from services.runtime.host import Ports

_HIDDEN: dict[str, Any] = {"include_in_schema": False, "response_model": None}
_GROUPS = (
    ("Peers", (Role.PEER,)),
    ("Mental health professionals", (Role.MHP, Role.CLINICAL_DIRECTOR)),
    ("Chaplains", (Role.CHAPLAIN,)),
    ("Coordination", (Role.COORDINATOR, Role.PROGRAM_LEAD)),
)
_LANGUAGES = {
    "am": "Amharic",
    "ar": "Arabic",
    "asl": "American Sign Language",
    "bn": "Bengali",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fa": "Persian",
    "fr": "French",
    "hi": "Hindi",
    "hmn": "Hmong",
    "ht": "Haitian Creole",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nv": "Navajo",
    "pa": "Punjabi",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "so": "Somali",
    "tl": "Tagalog",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
_DISCIPLINES = {"ems": "EMS"}


@dataclass(frozen=True, slots=True)
class Card:
    """One member as the page shows them."""

    name: str
    initials: str
    role: str
    discipline: str
    bio: tuple[str, ...]
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamPage:
    """What whoever comes by can read."""

    ports: Ports
    book: RosterBook
    personal: PersonalRecords
    title: str

    async def show(self) -> HTMLResponse:
        """The page; without a way to the streams it still says how to get help."""
        agency = self.ports.settings.agency
        try:
            agreed = self._agreed(await self.book.of(agency))
            profiles = await self.personal.profiles(agency, tuple(agreed))
        except Transient:
            return self._page((), HTTPStatus.SERVICE_UNAVAILABLE)
        return self._page(tuple(_groups(agreed, profiles)), HTTPStatus.OK)

    def _page(self, groups: tuple[tuple[str, list[Card]], ...], status: HTTPStatus) -> HTMLResponse:
        spoken = sorted({word for _, cards in groups for card in cards for word in card.languages})
        return page("team.html", status, title=self.title, groups=groups, spoken=spoken)

    def _agreed(self, members: Mapping[str, Member]) -> dict[str, Member]:
        zone = ZoneInfo(self.ports.settings.time_zone)
        today = self.ports.clock.now().astimezone(zone).date()
        return {
            member_id: member
            for member_id, member in sorted(members.items())
            if member.on_team_page and designated_on(member, today)
        }


def routes(team: TeamPage) -> APIRouter:
    """The team page."""
    router = APIRouter()

    @router.get("/team", **_HIDDEN)
    async def show() -> HTMLResponse:
        return await team.show()

    return router


def _groups(
    agreed: Mapping[str, Member], profiles: Mapping[str, Profile]
) -> Iterator[tuple[str, list[Card]]]:
    """By role, then by name; nobody is shown without a name of their own."""
    for heading, roles in _GROUPS:
        cards = [
            _card(member, profiles[member_id])
            for member_id, member in agreed.items()
            if member.entry.role in roles and profiles[member_id].name
        ]
        if cards:
            yield heading, sorted(cards, key=lambda card: card.name.casefold())


def _card(member: Member, profile: Profile) -> Card:
    entry = member.entry
    words = profile.name.split()
    return Card(
        name=profile.name,
        initials="".join(word[0] for word in (words[0], *words[1:][-1:])).upper(),
        role=ROLES[entry.role],
        discipline=_DISCIPLINES.get(
            entry.discipline, entry.discipline.replace("-", " ").capitalize()
        ),
        bio=tuple(line.strip() for line in profile.bio.splitlines() if line.strip()),
        languages=tuple(_LANGUAGES.get(each, each.capitalize()) for each in entry.languages),
    )
