"""The book of loads on a journal: it follows two streams, begins lately, forgets, and never waits."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.dispatch import OfferAccepted, OfferDeclined, OfferExtended, TeamActivated
from schemas.followup import CheckInCompleted, CheckInFellDue
from schemas.intake import ActivationRequested
from schemas.policy import Role, Urgency
from schemas.subjects import Entity, Stream, derived_id
from services.dispatch.load import LOOK_BACK, Load
from services.dispatch.load_book import LoadBook
from services.runtime.journal_memory import MemoryJournal
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.builders import BRIEF, CASE_ID, a_draft, an
from tests.support.town import START, FrozenClock, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from schemas.envelope import Event

HOUR = timedelta(hours=1)
DISPATCHED = Entity(Stream.DISPATCH, "metro", CASE_ID)
FOLLOWED = Entity(Stream.FOLLOWUP, "metro", CASE_ID)


def offer(member_id: str) -> UUID:
    return derived_id("book", member_id)


def extended(member_id: str) -> OfferExtended:
    return OfferExtended(
        offer_id=offer(member_id),
        member_id=member_id,
        role=Role.PEER,
        urgency=Urgency.NOW,
        expires_at=START + HOUR,
    )


def accepted(member_id: str) -> OfferAccepted:
    return OfferAccepted(offer_id=offer(member_id), member_id=member_id, role=Role.PEER)


class Streams:
    """A journal that a test writes to, one event after the other."""

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.journal = MemoryJournal()
        self.book = LoadBook(self.journal, self.clock)

    async def tell(self, entity: Entity, event: Event, at: datetime | None = None) -> None:
        history = await self.journal.load(entity)
        draft = a_draft(event, entity, index=history.version)
        told = type(draft)(entity, draft.meta.model_copy(update={"time": at or START}), event)
        await self.journal.append([told], [], history.version)

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[LoadBook]:
        """The book once it has read everything that is there."""
        keeping = asyncio.ensure_future(self.book.keep())
        try:
            for _ in range(20):
                await asyncio.sleep(0)  # noqa: TID251 - the book's turn, not a wait
            yield self.book
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)


async def test_both_streams_make_up_a_load() -> None:
    streams = Streams()
    grave = BRIEF.model_copy(update={"tier": 1})
    await streams.tell(DISPATCHED, an(TeamActivated, brief=grave))
    await streams.tell(DISPATCHED, extended("p-1"))
    await streams.tell(DISPATCHED, accepted("p-1"), START + HOUR)
    await streams.tell(DISPATCHED, extended("p-2"))
    await streams.tell(FOLLOWED, CheckInFellDue(item="check-in-1", due_at=START, peer="p-1"))

    async with streams.followed() as book:
        assert book.of("metro", START) == {
            "p-1": Load(
                asked=(START,), taken=(START + HOUR,), one_on_ones=1, tier1_at=START + HOUR
            ),
            "p-2": Load(asked=(START,), open_until={CASE_ID: START + HOUR}),
        }
        assert book.of("harbor", START) == {}


async def test_news_reaches_the_book_while_it_follows() -> None:
    streams = Streams()
    async with streams.followed() as book:
        await streams.tell(FOLLOWED, CheckInFellDue(item="check-in-1", due_at=START, peer="p-1"))
        await streams.tell(FOLLOWED, CheckInFellDue(item="check-in-2", due_at=START, peer="p-1"))
        await streams.tell(FOLLOWED, CheckInCompleted(item="check-in-1"))
        for _ in range(20):
            await asyncio.sleep(0)  # noqa: TID251 - the book's turn, not a wait

        assert book.of("metro", START)["p-1"].one_on_ones == 1


async def test_a_book_that_has_read_nothing_yet_answers_at_once() -> None:
    streams = Streams()
    await streams.tell(DISPATCHED, extended("p-1"))

    assert streams.book.of("metro", START) == {}


async def test_what_was_decided_here_is_known_before_the_streams_tell_it() -> None:
    streams = Streams()

    streams.book.note(DISPATCHED, [extended("p-1")], START)

    assert streams.book.of("metro", START)["p-1"].waits_elsewhere("another", START)
    await streams.tell(DISPATCHED, extended("p-1"))
    await streams.tell(
        DISPATCHED, OfferDeclined(offer_id=offer("p-1"), member_id="p-1", role=Role.PEER)
    )
    async with streams.followed() as book:
        assert book.of("metro", START)["p-1"] == Load(asked=(START,))


async def test_other_cases_see_whom_a_decision_is_about_to_ask() -> None:
    book = Streams().book

    with book.holding(DISPATCHED, ["p-1", "north--p-7"]):
        assert book.of("metro", START)["p-1"].waits_elsewhere("another", START)
        assert book.of("north", START)["p-7"].waits_elsewhere("another", START)
        assert book.of("metro", START, ("metro", CASE_ID)) == {}, "but not that case itself"
    assert book.of("metro", START) == {}


async def test_a_case_is_no_load_for_itself() -> None:
    book = Streams().book
    other = Entity(Stream.DISPATCH, "metro", "another-case")
    book.note(DISPATCHED, [extended("p-1"), accepted("p-1")], START)
    book.note(other, [extended("p-1")], START + HOUR)

    assert len(book.of("metro", START)["p-1"].asked) == 2
    assert book.of("metro", START, ("metro", CASE_ID))["p-1"].asked == (START + HOUR,)


async def test_one_who_is_lent_carries_for_their_own_agency() -> None:
    book = Streams().book

    book.note(DISPATCHED, [extended("north--p-7")], START)

    assert book.of("north", START)["p-7"].asked == (START,)
    assert book.of("metro", START) == {}


async def test_the_book_begins_some_weeks_ago_and_forgets_what_is_longer_past() -> None:
    streams = Streams()
    streams.clock.at = START + LOOK_BACK
    await streams.tell(DISPATCHED, extended("p-1"), START - HOUR)
    await streams.tell(DISPATCHED, extended("p-2"), START + HOUR)

    async with streams.followed() as book:
        assert set(book.of("metro", streams.clock.at)) == {"p-2"}


async def test_two_cases_that_are_ranked_in_one_moment_ask_different_members(
    tmp_path: Path,
) -> None:
    """Neither is recorded yet when the other one looks for members."""
    async with a_town(tmp_path) as town:
        await town.enroll_team(peers=8, mhps=4)
        for number in ("26-1", "26-2"):
            await town.http.post(
                "/v1/incidents", json=PEDIATRIC_DEATH | {"incident_number": number}
            )
        wishes = [
            each
            for each in town.journal.all(Stream.INTAKE)
            if isinstance(each.event, ActivationRequested)
        ]
        (react,) = [
            listener.react
            for service in town.services
            for listener in service.listeners
            if listener.name == "dispatch-activations"
        ]

        await asyncio.gather(*(react(wish) for wish in wishes))

        one, other = (
            {
                told.member_id
                for told in town.events(wish.entity.id, OfferExtended)
                if isinstance(told, OfferExtended)
            }
            for wish in wishes
        )
        assert len(one) == len(other) == 5
        assert not one & other


async def test_a_long_life_keeps_no_more_than_those_weeks() -> None:
    streams = Streams()
    book = streams.book
    book.note(DISPATCHED, [extended("p-1")], START)
    streams.clock.at = START + LOOK_BACK + HOUR

    book.tidy()

    assert book.of("metro", streams.clock.at) == {"p-1": Load()}
