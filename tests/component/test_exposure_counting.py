"""Cumulative exposure: what counts, what follows, and what a stop in between does."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from schemas.dispatch import Failure
from schemas.intake import ActivationRequested, DeactivationRequested, ExposureRecorded
from schemas.subjects import Stream
from services.dispatch.cumulative import OfferStatus
from services.runtime.auth import KeyRole, add_key
from services.runtime.errors import Transient
from tests.support.enrolled import (
    NOBODY,
    Person,
    adds_up,
    bucket_of,
    hard_call,
    offers_of,
    records,
)
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from services.dispatch.carriers.port import Contact, PhoneMessage

OFFER = "A peer is there if you want to talk. No reply is needed."


@pytest.fixture
async def person(tmp_path: Path) -> AsyncIterator[Person]:
    code = add_key(tmp_path / "keys.json", "members", "metro", KeyRole.MEMBER)
    async with a_town(tmp_path) as town:
        yield Person(town, code)


@pytest.fixture
def town(person: Person) -> Town:
    return person.town


class TestCounting:
    async def test_three_grave_calls_in_a_fortnight_are_followed_by_one_message(
        self, person: Person, town: Town
    ) -> None:
        await person.enrol()
        stranger = replace(person, name="jordan")
        await stranger.enrol("L3")

        await adds_up(town, "E12")

        (message,) = town.phones.received[person.name][1:]
        assert message.text.startswith(OFFER)
        assert "http://town.invalid/ask" in message.text
        town.phones.assert_silent(stranger.name)
        await adds_up(town, "E12")
        assert len(town.phones.received[person.name]) == 2

    async def test_the_message_tells_nothing_of_why(self, person: Person, town: Town) -> None:
        await person.enrol()
        cases = await adds_up(town, "E12")
        message = town.phones.received[person.name][-1]
        said = f"{message.subject} {message.text}"
        for link in (person.leaving(), "/ask"):
            said = said.replace(link, "")
        for word in ("E12", *cases, "26-0", "hard", "call", "count", "child", *"123456789"):
            assert word not in said, word

    async def test_a_unit_that_is_named_later_counts_once(self, person: Person, town: Town) -> None:
        await person.enrol("L3")
        case = await hard_call(town, 1, "E12")
        assert [r.exposures for r in await records(town)] == [()]
        await hard_call(town, 1, "E12", "L3")
        await hard_call(town, 1, "E12", "L3", "B1")
        (record,) = await records(town)
        assert [(e.case_id, e.tier) for e in record.exposures] == [(case, 2)]

    async def test_news_in_any_order_and_any_number_of_times_counts_the_same(
        self, person: Person, town: Town
    ) -> None:
        await person.enrol("L3")
        case = await hard_call(town, 1, "E12")
        await hard_call(town, 1, "E12", "L3")
        await town.post(f"/v1/cases/{case}:lower", reason="not_needed")
        before = await records(town)
        kinds = (ActivationRequested, ExposureRecorded, DeactivationRequested)
        news: list[Any] = [t for t in town.journal.all(Stream.INTAKE) if isinstance(t.event, kinds)]
        assert len({type(told.event) for told in news}) == 3
        for told in (*reversed(news), *news):
            await offers_of(town).on_news(told)
        assert await records(town) == before
        assert len(before[0].exposures) == 1

    async def test_a_false_alarm_is_taken_back_and_stays_so(
        self, person: Person, town: Town
    ) -> None:
        await person.enrol()
        case = await hard_call(town, 1)
        await town.post(f"/v1/cases/{case}:lower", reason="false_alarm")
        assert [r.exposures for r in await records(town)] == [()]
        told: Any
        (told,) = (
            t for t in town.journal.all(Stream.INTAKE) if isinstance(t.event, ActivationRequested)
        )
        await offers_of(town).on_news(told)
        assert [r.exposures for r in await records(town)] == [()]

    async def test_what_was_before_they_joined_does_not_count(
        self, person: Person, town: Town
    ) -> None:
        await hard_call(town, 1)
        await town.advance(minutes=1)
        await person.enrol()
        await hard_call(town, 1, "E12", "B1")
        assert [r.exposures for r in await records(town)] == [()]

    async def test_a_routine_call_does_not_count(self, person: Person, town: Town) -> None:
        await person.enrol()
        await town.report(incident_number="26-9", incident_type="Vehicle lockout", units=["E12"])
        assert [r.exposures for r in await records(town)] == [()]

    async def test_changed_units_count_from_then_on(self, person: Person, town: Town) -> None:
        path = await person.enrol("E12")
        await hard_call(town, 1, "E12")
        await town.advance(hours=1)
        await town.http.post(path, data={"units": "l3, m1"}, headers=NOBODY)
        await hard_call(town, 2, "E12")
        await hard_call(town, 3, "L3")
        (record,) = await records(town)
        assert record.units == ("l3", "m1")
        assert len(record.exposures) == 2

    async def test_a_history_that_is_read_too_early_is_read_again(
        self, person: Person, town: Town
    ) -> None:
        await person.enrol()
        await hard_call(town, 1)
        told: Any = town.journal.all(Stream.INTAKE)[-1]
        with pytest.raises(Transient):
            await offers_of(town).on_news(replace(told, sequence=told.sequence + 5))


class Killed(BaseException):
    """The process is gone: nothing after it runs."""


@dataclass
class Dying:
    """A carrier whose process is killed, before or after the message left."""

    inner: Any = None
    sent: list[str] = field(default_factory=list)
    channel: str = "dying"

    async def send(self, message: PhoneMessage, contact: Contact) -> None:
        if self.inner is not None:
            await self.inner.send(message, contact)
        self.sent.append(message.message_id)
        raise Killed


class TestStopsAndFailures:
    async def _due(self, person: Person) -> Any:
        """The news that makes an offer due, not yet handled."""
        await person.enrol()
        for number in range(2):
            await hard_call(person.town, number)
            await person.town.advance(days=1)
        bucket = bucket_of(person.town)
        kept = await bucket.under("metro.exposure")
        await hard_call(person.town, 2)
        for key, held in kept.items():  # as it was before, so that a test handles the news itself
            await bucket.put(key, held.value)
        person.town.phones.received[person.name].pop()
        person.town.phones.look()
        return person.town.journal.all(Stream.INTAKE)[-1]

    @pytest.mark.parametrize("left", [True, False])
    async def test_killed_between_claim_and_send_it_is_not_sent_again(
        self, person: Person, left: bool
    ) -> None:
        told = await self._due(person)
        offers = offers_of(person.town)
        dying = Dying(person.town.phones if left else None)
        with pytest.raises(Killed):
            await replace(offers, carrier=dying).on_news(told)
        assert len(dying.sent) == 1
        person.town.phones.look()

        await offers.on_news(told)
        await offers.on_news(told)

        person.town.phones.assert_silent(person.name)
        (record,) = await records(person.town)
        assert record.offer
        assert record.offer.status is OfferStatus.SENDING
        assert len(record.exposures) == 3

    async def test_two_workers_on_the_same_news_send_one_message(self, person: Person) -> None:
        told = await self._due(person)
        offers = offers_of(person.town)
        await asyncio.gather(*(offers.on_news(told) for _ in range(5)))
        assert person.town.phones.unread(person.name) == ["Tailboard: a peer is there"]

    async def test_while_the_carrier_is_down_it_is_tried_again(self, person: Person) -> None:
        town = person.town
        await person.enrol()
        town.phones.fail(person.name, *[Failure.TEMPORARY] * 4)
        await adds_up(town)
        await town.advance(minutes=30)
        assert town.phones.unread(person.name) == ["Tailboard: a peer is there"]
        (record,) = await records(town)
        assert record.offer
        assert (record.offer.status, record.offer.attempts) == (OfferStatus.SENT, 5)

    async def test_the_tries_end(self, person: Person) -> None:
        town = person.town
        await person.enrol()
        town.phones.fail(person.name, *[Failure.TEMPORARY] * 50)
        await adds_up(town)
        await town.advance(days=2)
        (record,) = await records(town)
        assert record.offer
        assert (record.offer.status, record.offer.attempts) == (OfferStatus.GIVEN_UP, 10)
        assert town.phones.still_failing(person.name) == 40

    @pytest.mark.parametrize("failure", [Failure.PERMANENT, Failure.UNCERTAIN])
    async def test_what_is_final_or_uncertain_is_not_tried_again(
        self, person: Person, failure: Failure
    ) -> None:
        town = person.town
        await person.enrol()
        town.phones.fail(person.name, failure)
        await adds_up(town)
        await town.advance(days=2)
        town.phones.assert_silent(person.name)

    async def test_who_left_while_the_carrier_was_down_gets_nothing(self, person: Person) -> None:
        town = person.town
        path = await person.enrol()
        town.phones.fail(person.name, *[Failure.TEMPORARY] * 3)
        for number in range(3):
            await hard_call(town, number)
        (record,) = await records(town)
        assert record.offer
        assert record.offer.status is OfferStatus.FAILED
        await town.http.post(f"{path}/leave", headers=NOBODY)
        await town.advance(days=1)
        town.phones.assert_silent(person.name)
        assert await records(town) == []


async def test_what_faded_is_erased_without_a_further_call(person: Person) -> None:
    await person.enrol()
    await hard_call(person.town, 1)
    person.town.clock.at += timedelta(days=200)
    await offers_of(person.town).enrolments.tidy("metro")
    (record,) = await records(person.town)
    assert record.exposures == ()
    assert record.counts_from is not None
