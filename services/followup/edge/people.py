"""The pages of whom a peer looks after, behind their personal link and for nobody else.

They need no script; no address and no log names anybody; only a POST changes anything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fastapi.responses import RedirectResponse, Response

from schemas.followup import SessionOutcome
from schemas.jurisdiction import Contact, ContactKind
from schemas.policy import Role
from schemas.refusals import Refusal, RefusalCode
from schemas.subjects import derived_id, one_on_one_id_for
from services.followup.edge.open_pages import HEADERS, open_page
from services.followup.edge.people_given import (
    SPANS,
    Unclear,
    case_of,
    next_contact,
    one_on_one_of,
    person_of,
    shown_of,
)
from services.followup.edge.people_shown import OUTCOMES, dial_of, people, said
from services.followup.private_commands import (
    AnswerHandOver,
    CloseOneOnOne,
    MoveNextContact,
    NoteContact,
    OfferHandOver,
    OpenOneOnOne,
)
from services.runtime.clock import new_id
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from datetime import datetime

    from services.followup.own_links import OwnLinks, Whose
    from services.followup.private_desk import Kept, PrivateDesk

Given = Mapping[str, str]
DONE = {
    "opened": "Kept. You are reminded when it is time.",
    "contacted": "Noted that you spoke.",
    "moved": "The next contact is moved.",
    "kept": "Changed.",
    "offered": "Your colleague is asked. It stays with you until they take it.",
    "taken": "You look after them now.",
    "left": "It stays with your colleague. Nobody asks why.",
    "closed": "Closed. Who it was is erased in time.",
}
_NOT_FOUND = frozenset({RefusalCode.UNKNOWN_ONE_ON_ONE, RefusalCode.NOT_OFFERED})
_ANYBODY = frozenset(Role)


@dataclass(frozen=True, slots=True)
class PeoplePages:
    """The pages."""

    desk: PrivateDesk
    links: OwnLinks

    async def opened(self, token: str, show: Callable[[Whose], Awaitable[Response]]) -> Response:
        """What is behind this link, for whoever's it is."""
        try:
            whose = await self.links.whose(token)
            if whose is None or not whose.is_open or not whose.roles:
                return self._bare(token, "bad", HTTPStatus.NOT_FOUND)
            return await show(whose)
        except Transient:
            return self._bare(token, "down", HTTPStatus.SERVICE_UNAVAILABLE)

    async def list(self, token: str, whose: Whose, done: str) -> Response:
        """Everybody whom the peer looks after."""
        kept = await self.desk.of(whose.agency, whose.member_id)
        shown = people(kept, whose.member_id, self.now, self.zone)
        return self._page("people.html", token, people=shown, done=DONE.get(done, ""))

    async def new(self, token: str, whose: Whose, given: Given, wrong: str = "") -> Response:
        """First what kind of talk it is; then what stays private; then who it is."""
        contact = _contact(given)
        notice = None
        if contact.kind is not None:
            notice = await self.desk.notice(whose.agency, whose.member_id, contact)
        return self._page(
            "people_new.html",
            token,
            wrong=wrong,
            notice=notice,
            contact=contact,
            given=given,
            case=case_of(given) or "",
            one_on_one=given.get("id") or one_on_one_id_for(new_id()),
            spans=SPANS,
        )

    async def open(self, token: str, whose: Whose, given: Given) -> Response:
        """Begin to look after somebody; the same form twice is one."""
        contact, agency, peer = _contact(given), whose.agency, whose.member_id
        try:
            one_on_one, person = one_on_one_of(given), person_of(given)
            at = next_contact(given, self.now, self.zone)
        except Unclear as unclear:
            return await self.new(token, whose, given, str(unclear))
        about = self._about(whose) | {"command_id": derived_id(agency, one_on_one, "open")}
        on_roster = await self.desk.serves(agency, peer, _ANYBODY)
        notice = await self.desk.notice(agency, peer, contact)
        command = OpenOneOnOne(
            **about,
            peer=peer,
            is_on_roster=on_roster,
            designated=on_roster,
            kind=contact.kind or ContactKind.COMPREHENSIVE,
            cross_agency=bool(contact.cross_agency),
            case_id=case_of(given),
            shown=shown_of(given),
            in_force=notice.version,
            next_contact_at=at,
            rules=self.desk.rules,
        )
        if refusal := await self.desk.open(agency, one_on_one, command, person):
            return await self.new(token, whose, given, refusal.detail)
        return _see(token, "opened")

    async def one(self, token: str, whose: Whose, one_on_one: str, wrong: str = "") -> Response:
        """One of them, with all that can be done."""
        kept = await self._kept(whose, one_on_one)
        if kept is None:
            return self._bare(token, "none", HTTPStatus.NOT_FOUND)
        state = kept.state
        return self._page(
            "person.html",
            token,
            wrong=wrong,
            kept=kept,
            dial=dial_of(kept.person.reach_at) if kept.person else None,
            mine=state.peer == whose.member_id,
            when=said(state.next_contact_at, self.zone),
            is_due=state.next_contact_at <= self.now,
            erased=said(state.erase_at, self.zone) if state.erase_at else "",
            peers=await self.desk.peers(whose.agency, whose.member_id),
            spans=SPANS,
            outcomes=OUTCOMES,
        )

    async def step(
        self, token: str, whose: Whose, one_on_one: str, word: str, given: Given
    ) -> Response:
        """Something is done with one of them."""
        if await self._kept(whose, one_on_one) is None:
            return self._bare(token, "none", HTTPStatus.NOT_FOUND)
        try:
            refusal = await self._do(whose, one_on_one, word, given)
        except Unclear as unclear:
            return await self.one(token, whose, one_on_one, str(unclear))
        if refusal is None:
            return _see(token, word)
        if refusal.code in _NOT_FOUND:
            return self._bare(token, "none", HTTPStatus.NOT_FOUND)
        return await self.one(token, whose, one_on_one, refusal.detail)

    async def _do(self, whose: Whose, one_on_one: str, word: str, given: Given) -> Refusal | None:
        agency, peer = whose.agency, whose.member_id
        about: dict[str, Any] = self._about(whose) | {"peer": peer}
        match word:
            case "contacted" | "moved":
                at = next_contact(given, self.now, self.zone)
                kind = NoteContact if word == "contacted" else MoveNextContact
                again = kind(**about, next_contact_at=at, rules=self.desk.rules)
                return (await self.desk.do(agency, one_on_one, again)).refusal
            case "kept":
                return await self.desk.keep(agency, peer, one_on_one, person_of(given))
            case "closed":
                over = CloseOneOnOne(**about, outcome=_outcome(given), rules=self.desk.rules)
                return (await self.desk.do(agency, one_on_one, over)).refusal
            case _:
                return await self._hand_over(whose, one_on_one, word, given)

    async def _hand_over(
        self, whose: Whose, one_on_one: str, word: str, given: Given
    ) -> Refusal | None:
        agency, peer = whose.agency, whose.member_id
        about: dict[str, Any] = self._about(whose) | {"peer": peer}
        if word == "offered":
            to = given.get("to", "")
            there = to in await self.desk.peers(agency, peer)
            asked = OfferHandOver(**about, to=to if there else peer, to_is_a_peer=there)
            return await self.desk.offer(agency, one_on_one, to, asked)
        takes = word == "taken"
        designated = takes and await self.desk.serves(agency, peer, _ANYBODY)
        answer = AnswerHandOver(**about, accepted=takes, designated=designated)
        return await self.desk.answer(agency, one_on_one, answer)

    async def _kept(self, whose: Whose, one_on_one: str) -> Kept | None:
        found = await self.desk.of(whose.agency, whose.member_id)
        return next((each for each in found if each.one_on_one == one_on_one), None)

    @property
    def now(self) -> datetime:
        """What time it is for the cases."""
        return self.desk.ports.clock.now()

    @property
    def zone(self) -> ZoneInfo:
        """Where people read times."""
        return ZoneInfo(self.desk.ports.settings.time_zone)

    def _about(self, whose: Whose) -> dict[str, Any]:
        return self.desk.about(f"member:{whose.member_id}")

    def _page(self, template: str, token: str, wrong: str = "", **shown: object) -> Response:
        status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
        zone = self.desk.ports.settings.time_zone
        return open_page(template, zone, status, token=token, wrong=wrong, **shown)

    def _bare(self, token: str, view: str, status: HTTPStatus) -> Response:
        zone = self.desk.ports.settings.time_zone
        return open_page("people_none.html", zone, status, token=token, view=view)


def _contact(given: Given) -> Contact:
    word = given.get("kind", "")
    kind = ContactKind(word) if word in set(ContactKind) else None
    return Contact(kind=kind, cross_agency=given.get("other") == "yes")


def _outcome(given: Given) -> SessionOutcome:
    word = given.get("outcome", "")
    if word not in set(SessionOutcome):
        raise Unclear("Choose how it ended.")
    return SessionOutcome(word)


def _see(token: str, done: str) -> Response:
    return RedirectResponse(f"/f/{token}/people?done={done}", HTTPStatus.SEE_OTHER, HEADERS)
