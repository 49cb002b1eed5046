"""A member's page of what they are down for: held, moved, called off, handed to a coordinator.

It works without script behind their own link, shows what is theirs and nothing else, and only a POST
with a pass of that very item changes anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fastapi.responses import RedirectResponse, Response

from schemas.feedback import SupportKind, form_path
from schemas.policy import Role
from schemas.sessions import ProposalFailed
from schemas.subjects import Entity, Stream, lent_id
from services.followup.edge import facilitator_words as words
from services.followup.edge.facilitator_given import Tapped, Unclear
from services.followup.edge.facilitator_shown import Card, card, overview
from services.followup.edge.open_pages import HEADERS, open_page
from services.followup.holding import Holding, Stage, held_by, holding
from services.followup.state import Planned
from services.runtime.auth import KeyRole, Principal
from services.runtime.clock import new_id
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from datetime import datetime

    from services.followup.own_links import OwnLinks, Whose
    from services.followup.session_desk import SessionDesk
    from services.followup.team_book import TeamBook
    from services.runtime.auth import Passes
    from services.runtime.handle import Handled

Show = Callable[["Whose"], Awaitable[Response]]
ANSWER_FOR_ALL = frozenset({Role.COORDINATOR, Role.PROGRAM_LEAD})
"""They say why something was missed, whoever was down for it."""
_STAYS = frozenset({"set", "find"})
"""After these the item's own page is shown; after the others the whole."""


@dataclass(frozen=True, slots=True)
class FacilitatorPages:
    """The pages, on the desk of the sessions and the book of the teams."""

    desk: SessionDesk
    teams: TeamBook
    links: OwnLinks
    passes: Passes
    check_ins: Callable[[str, str], Sequence[object]]
    """What a member has to offer after requests that they took, which has a page of its own."""
    people: Callable[[str, str], Awaitable[int]]
    """How many contacts with whom they look after are due, or are offered to them."""

    async def opened(self, token: str, show: Show) -> Response:
        """What is behind this link, for whoever's it is."""
        try:
            whose = await self.links.whose(token)
            if whose is None:
                return self._bare("bad", HTTPStatus.NOT_FOUND)
            if not whose.is_open:
                return self._bare("expired", HTTPStatus.GONE, token)
            if not whose.roles:
                return self._bare("left", HTTPStatus.FORBIDDEN)
            return await show(whose)
        except Transient:
            return self._bare("down", HTTPStatus.SERVICE_UNAVAILABLE, token)

    async def everything(self, token: str, whose: Whose, done: str) -> Response:
        """What is due now, what comes, and where the rest is."""
        found = await asyncio.gather(self._mine(whose), self._to_explain(whose))
        cards = {each.path: each for some in reversed(found) for each in some}
        return self._page(
            "facilitator.html",
            token,
            page=overview(cards.values()),
            done=words.DONE.get(done, ""),
            requests=len(self.check_ins(whose.agency, whose.member_id)),
            people=await self.people(whose.agency, whose.member_id),
            reasons=words.MISSES,
            once=new_id().hex,
        )

    async def item(
        self, token: str, whose: Whose, case: Entity, item: str, done: str = "", no: str = ""
    ) -> Response:
        """One item with everything that can be done with it."""
        found = await self._card(whose, case, item)
        if found is None:
            return self._bare("nothing", HTTPStatus.NOT_FOUND, token)
        return self._page(
            "facilitator_item.html",
            token,
            card=found,
            feedback=form_path(SupportKind.GROUP, self._now(), str(self._zone())),
            done=words.DONE.get(done, ""),
            no=words.NO.get(no, words.NOT_DONE) if no else "",
            words=words,
            once=new_id().hex,
        )

    async def step(
        self,
        token: str,
        whose: Whose,
        case: Entity,
        item: str,
        word: str,
        given: Mapping[str, str],
    ) -> Response:
        """Do what was tapped, then show the page again: reloading it does nothing."""
        found = await self._card(whose, case, item)
        if found is None:
            return self._bare("nothing", HTTPStatus.NOT_FOUND, token)
        here = f"/f/{token}/{found.path}"
        if not self._has_leave(given.get("leave", ""), whose, found.holding):
            return _to(f"{here}?no=old-page")
        if word not in found.steps:
            return _to(f"{here}?no=item-already-settled")
        name = _name_in(case, whose)
        tapped = Tapped(word, found.holding, name, self._now(), self._zone(), given)
        try:
            known = await self.desk.known(case, item) if tapped.needs_to_know() else None
            handled = await self.desk.handle(case, tapped.command(known))
        except Unclear as unclear:
            return _to(f"{here}?no={unclear.word}")
        if handled.refusal:
            return _to(f"{here}?no={handled.refusal.code.value}")
        done = _done(word, item, handled)
        return _to(f"{here}?done={done}" if word in _STAYS else f"/f/{token}?done={done}")

    async def _mine(self, whose: Whose) -> list[Card]:
        cases = await self.teams.of(whose.agency, whose.member_id)
        states = await asyncio.gather(*(self.desk.state(case) for case in cases))
        return [
            self._made(each, name, whose)
            for (case, name), state in zip(cases.items(), states, strict=True)
            if isinstance(state, Planned)
            for each in held_by(name, case, state, self._now())
        ]

    async def _to_explain(self, whose: Whose) -> list[Card]:
        """What was missed in the agency, for those who answer for it."""
        if not ANSWER_FOR_ALL.intersection(whose.roles):
            return []
        missed = await self.teams.missed(whose.agency)
        found = await asyncio.gather(*(self._card(whose, case, item) for case, item in missed))
        return [each for each in found if each and each.holding.stage is Stage.MISSED]

    async def _card(self, whose: Whose, case: Entity, item: str) -> Card | None:
        """One item, if it is theirs or was missed and they answer for it; else None, as if there
        were no such item."""
        state, name = await self.desk.state(case), _name_in(case, whose)
        if not isinstance(state, Planned) or item not in state.status:
            return None
        mine = name in state.holders(item)
        if not mine and item not in state.interventions | state.check_ins:
            return None
        found = holding(case, item, state, self._now(), name)
        answers = case.agency == whose.agency and ANSWER_FOR_ALL.intersection(whose.roles)
        theirs = answers and (found.stage is Stage.MISSED or item in state.explained)
        return self._made(found, name, whose) if mine or theirs else None

    def _made(self, found: Holding, name: str, whose: Whose) -> Card:
        return card(found, name, lambda each: self._leave(whose, each))

    def _leave(self, whose: Whose, found: Holding) -> str:
        label = f"member:{whose.member_id}"
        who = Principal(label=label, agency=whose.agency, role=KeyRole.MEMBER)
        return self.passes.issue(who, _purpose(found))

    def _has_leave(self, told: str, whose: Whose, found: Holding) -> bool:
        who = self.passes.read(told, _purpose(found))
        mine = (whose.agency, f"member:{whose.member_id}", KeyRole.MEMBER)
        return who is not None and (who.agency, who.label, who.role) == mine

    def _page(self, template: str, token: str, **shown: Any) -> Response:
        zone = self.desk.ports.settings.time_zone
        return open_page(template, zone, token=token, now=self._now(), **shown)

    def _bare(self, view: str, status: HTTPStatus, token: str = "") -> Response:
        zone = self.desk.ports.settings.time_zone
        return open_page("facilitator_none.html", zone, status, view=view, token=token)

    def _now(self) -> datetime:
        return self.desk.ports.clock.now()

    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.desk.ports.settings.time_zone)


def case_of(agency: str, case_id: str) -> Entity:
    """The plan of a case."""
    return Entity(Stream.FOLLOWUP, agency, case_id)


def _purpose(found: Holding) -> str:
    """What a pass is for: one item, and nothing that any other page gives leave for."""
    return f"hold:{found.case.agency}:{found.case.id}:{found.item}"


def _name_in(case: Entity, whose: Whose) -> str:
    """What a member is called in a case: one who is lent has the name of who lends them before."""
    own = case.agency == whose.agency
    return whose.member_id if own else lent_id(whose.agency, whose.member_id)


def _done(word: str, item: str, handled: Handled[Any]) -> str:
    if word != "find":
        return word
    failed = any(isinstance(event, ProposalFailed) for event in handled.events)
    known = handled.state.sessions.get(item)
    return "none" if failed or known is None or not known.slots else "found"


def _to(address: str) -> RedirectResponse:
    return RedirectResponse(address, HTTPStatus.SEE_OTHER, HEADERS)
