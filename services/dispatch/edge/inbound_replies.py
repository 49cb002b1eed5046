"""Members' answers by text and by call: the same yes and no as the link, found by number and code.

A number that we do not know is answered as politely as one that we do, and learns nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from schemas.subjects import Entity, Stream, derived_id
from services.dispatch.carriers.answers import Meaning, Said, understood
from services.dispatch.carriers.expected import Expected, Number, Taken
from services.dispatch.carriers.numbers import e164
from services.dispatch.commands import AcceptOffer, DeclineOffer, EstimateArrival
from services.dispatch.decider import DISPATCH
from services.dispatch.edge import inbound_words as words
from services.dispatch.links import BadLink
from services.dispatch.offer_state import Offer, OfferStatus, newest
from services.dispatch.state import Active
from services.runtime.handle import handle
from services.runtime.telemetry import trace_from

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from services.dispatch.deliveries import Deliveries

_ANSWERABLE = frozenset({OfferStatus.OPEN, OfferStatus.EXPIRED})


class Reply(BaseModel):
    """What a member answered. Kept nowhere. Fields that we do not know are ignored."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    id: str = Field(min_length=1, max_length=200, description="The provider's own, for repeats")
    sender: str = Field(default="", alias="from", max_length=40, repr=False)
    text: str = Field(default="", max_length=2000, repr=False, description="A text, or digits")
    reference: str = Field(default="", max_length=200, description="Of a call: as we sent it")


class Answered(BaseModel):
    """What to send back to the member, or to say in the call."""

    reply: str


@dataclass(frozen=True, slots=True)
class ReplyDesk:
    """Takes answers, on dispatch's ports."""

    deliveries: Deliveries

    async def answer(self, reply: Reply) -> Answered:
        """Record an answer and say what it led to. Raises Transient when it could not be taken."""
        said = understood(reply.text)
        if reply.reference:
            return Answered(reply=await self._by_reference(reply, said))
        number = e164(reply.sender, self.deliveries.desk.carriers.region)
        if number is None:
            return Answered(reply=words.NOTHING_OPEN)
        return Answered(reply=await self._by_number(number, reply, said))

    async def _by_reference(self, reply: Reply, said: Said) -> str:
        """A call knows which offer it is about."""
        try:
            entity, begins = self.deliveries.links.read(reply.reference)
        except BadLink:
            return words.NOTHING_OPEN
        state = DISPATCH.fold(await self.deliveries.ports.journal.load(entity))
        for delivery_id, each in state.deliveries.items():
            if delivery_id.bytes.startswith(begins) and each.offer_id:
                if said.meaning not in {Meaning.YES, Meaning.NO}:
                    return words.PRESS
                return await self._decide(entity, each.offer_id, said, reply.id)
        return words.NOTHING_OPEN

    async def _by_number(self, number: str, reply: Reply, said: Said) -> str:
        match said.meaning:
            case Meaning.HELP:
                return words.HELP
            case Meaning.STOP | Meaning.START:
                return await self._stop(number, stopped=said.meaning is Meaning.STOP)
            case _:
                return await self._about_an_offer(number, reply, said)

    async def _stop(self, number: str, *, stopped: bool) -> str:
        def after(before: Number) -> Number:
            return before.model_copy(update={"stopped": stopped})

        await self.deliveries.desk.texts.change(number, after)
        return words.STOPPED if stopped else words.STARTED

    async def _about_an_offer(self, number: str, reply: Reply, said: Said) -> str:
        known = await self.deliveries.desk.texts.known(number)
        meant = await self._meant(number, known, reply.id, said)
        if isinstance(meant, str):
            return meant
        entity = Entity(Stream.DISPATCH, meant.agency, meant.case_id)
        await self._claim(number, Taken(provider_id=reply.id, offer_id=meant.offer_id))
        if said.meaning is Meaning.MINUTES:
            return await self._arrives(entity, meant.offer_id, said, reply.id)
        return await self._decide(entity, meant.offer_id, said, reply.id)

    async def _meant(
        self, number: str, known: Number, provider_id: str, said: Said
    ) -> Expected | str:
        """The one offer that a text can only mean; or what to ask back."""
        mine = [each for each in known.offers if await self._is_still_theirs(number, each)]
        before = [each.offer_id for each in known.taken if each.provider_id == provider_id]
        if before:
            again = [each for each in mine if each.offer_id == before[0]]
            return again[0] if again else words.NOTHING_OPEN
        if said.code:
            mine = [each for each in mine if each.code == said.code]
        elif said.meaning is Meaning.MINUTES:
            mine = await self._with(mine, frozenset({OfferStatus.ACCEPTED}))
        else:
            mine = await self._open(mine)
        if not mine:
            return words.NOTHING_OPEN
        if len(mine) > 1 or said.meaning is Meaning.UNCLEAR:
            return words.which([each.code for each in mine])
        return mine[0]

    async def _open(self, offers: Sequence[Expected]) -> list[Expected]:
        """Those that wait for an answer; when there are none, those whose time is over."""
        waiting = await self._with(offers, frozenset({OfferStatus.OPEN}))
        return waiting or (await self._with(offers, _ANSWERABLE))[-1:] or list(offers[-1:])

    async def _with(
        self, offers: Sequence[Expected], statuses: frozenset[OfferStatus]
    ) -> list[Expected]:
        found = []
        for each in offers:
            offer = await self._offer(Entity(Stream.DISPATCH, each.agency, each.case_id), each)
            if offer and offer.status in statuses:
                found.append(each)
        return found

    async def _offer(self, entity: Entity, expected: Expected) -> Offer | None:
        state = DISPATCH.fold(await self.deliveries.ports.journal.load(entity))
        return state.offers.get(expected.offer_id) if isinstance(state, Active) else None

    async def _is_still_theirs(self, number: str, offer: Expected) -> bool:
        """A number may be somebody else's by now: only the member's number of today counts."""
        if offer.until <= self.deliveries.ports.clock.now():
            return False
        entity = Entity(Stream.DISPATCH, offer.agency, offer.case_id)
        contact = await self.deliveries.contact_of(entity, offer.member_id)
        return e164(contact.texts_to, self.deliveries.desk.carriers.region) == number

    async def _claim(self, number: str, taken: Taken) -> None:
        """Remember what this text is about before anything follows from it."""

        def after(before: Number) -> Number:
            if any(each.provider_id == taken.provider_id for each in before.taken):
                return before
            return before.model_copy(update={"taken": (*before.taken, taken)})

        await self.deliveries.desk.texts.change(number, after)

    async def _decide(self, entity: Entity, offer_id: UUID, said: Said, provider_id: str) -> str:
        kind = AcceptOffer if said.meaning is Meaning.YES else DeclineOffer
        command = kind.model_validate(self._shared(entity, offer_id, provider_id))
        handled = await handle(self.deliveries.ports.journal, DISPATCH, entity, command)
        offer = None
        if isinstance(handled.state, Active):
            offer = newest(handled.state.offers, offer_id)
        return words.after_answer(offer, handled.refusal, wanted=said.meaning is Meaning.YES)

    async def _arrives(self, entity: Entity, offer_id: UUID, said: Said, provider_id: str) -> str:
        shared = self._shared(entity, offer_id, provider_id)
        command = EstimateArrival.model_validate({**shared, "minutes": said.number})
        handled = await handle(self.deliveries.ports.journal, DISPATCH, entity, command)
        return words.NOTHING_OPEN if handled.refusal else words.noted(said.number)

    def _shared(self, entity: Entity, offer_id: UUID, provider_id: str) -> dict[str, Any]:
        """The provider's id makes the command's: a repeat is the same command."""
        return {
            "command_id": derived_id(entity.prefix, offer_id, "reply", provider_id),
            "now": self.deliveries.ports.clock.now(),
            "actor": "reply",
            "trace": trace_from(None),
            "case_id": entity.id,
            "offer_id": offer_id,
        }
