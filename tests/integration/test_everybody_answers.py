"""Everybody says yes at once, and more than once, on the real server: no place is given twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from schemas.candidates import Candidate
from schemas.dispatch import OfferAccepted, OfferExtended, OfferWithdrawn, TeamFormed
from schemas.policy import Role
from schemas.steps import StandbyOffered
from schemas.subjects import Entity, Stream
from services.dispatch.commands import AcceptOffer
from services.dispatch.decider import DISPATCH
from services.runtime.clock import SystemClock, new_id
from services.runtime.errors import Transient
from services.runtime.handle import handle
from services.runtime.journal_jetstream import JetStreamJournal
from tests.support.builders import a_draft
from tests.support.given import given
from tests.unit.dispatch.cases import CASE, activation, expire, policy

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Event
    from services.runtime.journal import Journal
    from tests.support.nats_server import NatsServer

pytestmark = [pytest.mark.connected, pytest.mark.timeout(120)]
MEMBERS, TAPS, PLACES, SURPLUS, BATCH = 50, 4, 5, 10, 20
"""200 taps: by link, by text, in a call, and once more in doubt, each over a connection of its own."""
TEAM = Entity(Stream.DISPATCH, "metro", CASE)


def a_night(now: datetime) -> tuple[Event, ...]:
    """Nobody answered until all were asked: every one of their offers may still be taken."""
    members = tuple(Candidate(member_id=f"p-{n}", role=Role.PEER) for n in range(MEMBERS))
    opened = activation(members, policy(PLACES, 0, SURPLUS)).model_copy(update={"now": now})
    case = given(DISPATCH).when(opened)
    for number in range(MEMBERS - PLACES - SURPLUS):
        late = now + timedelta(minutes=20) * (1 + number // (PLACES + SURPLUS))
        case = case.and_when(expire(f"p-{number}", late))
    return case.after.history


async def kept(journal: Journal, events: tuple[Event, ...]) -> None:
    """Write a history as it would have been written, a few events at a time."""
    version = 0
    for start in range(0, len(events), BATCH):
        command_id = new_id()
        drafts = [
            a_draft(event, TEAM, command_id, number)
            for number, event in enumerate(events[start : start + BATCH])
        ]
        version = await journal.append(drafts, [], expected=version)


async def say_yes(journal: Journal, offer_id: UUID, now: datetime) -> None:
    """As a phone does: told to send it again, it does."""
    command = AcceptOffer(
        command_id=new_id(), now=now, actor="offer-link", case_id=CASE, offer_id=offer_id
    )
    while True:
        try:
            await handle(journal, DISPATCH, TEAM, command)
        except Transient:
            continue
        return


async def test_of_two_hundred_taps_at_once_each_place_goes_to_one(nats: NatsServer) -> None:
    clock = SystemClock()
    journals = [JetStreamJournal(await nats.connect("dispatch"), clock) for _ in range(TAPS)]
    now = clock.now()
    night = a_night(now)
    await kept(journals[0], night)
    offers = [event.offer_id for event in night if isinstance(event, OfferExtended)]
    assert len(offers) == MEMBERS

    await asyncio.gather(
        *(say_yes(journal, offer_id, now) for offer_id in offers for journal in journals)
    )

    events = [recorded.event for recorded in (await journals[0].load(TEAM)).events]
    kinds = Counter(type(event) for event in events)
    assert kinds[OfferAccepted] == PLACES
    assert kinds[TeamFormed] == 1
    assert kinds[StandbyOffered] == MEMBERS - PLACES, "each of the others is thanked and stands by"
    assert kinds[OfferExtended] == MEMBERS
    let_off = [event.member_id for event in events if isinstance(event, OfferWithdrawn)]
    assert len(let_off) == len(set(let_off)) <= PLACES + SURPLUS
    (formed,) = (event for event in events if isinstance(event, TeamFormed))
    accepted = {event.member_id for event in events if isinstance(event, OfferAccepted)}
    assert {member.member_id for member in formed.members} == accepted
