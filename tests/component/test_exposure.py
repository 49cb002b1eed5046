"""Cumulative exposure: who enrols, through which doors, and that leaving leaves nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from schemas.dispatch import Failure
from services.runtime.auth import KeyRole, add_key
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


@pytest.fixture
async def person(tmp_path: Path) -> AsyncIterator[Person]:
    code = add_key(tmp_path / "keys.json", "members", "metro", KeyRole.MEMBER)
    async with a_town(tmp_path) as town:
        yield Person(town, code)


@pytest.fixture
def town(person: Person) -> Town:
    return person.town


class TestEnrolling:
    async def test_nothing_is_counted_before_the_owner_of_the_address_agrees(
        self, person: Person
    ) -> None:
        answer = await person.ask_to_enrol()
        assert answer.headers["location"] == "/exposure/sent"
        person.town.phones.expect_text(person.name, "please confirm")
        assert "Nothing is counted yet" in await person.page(person.link())
        await adds_up(person.town, "E12")
        assert [r.exposures for r in await records(person.town)] in ([()], [])
        person.town.phones.assert_silent(person.name)

    async def test_an_address_that_nobody_confirms_is_erased_in_a_day(self, person: Person) -> None:
        await person.ask_to_enrol()
        link = person.link()
        await person.town.advance(hours=24)
        assert "opens nothing" in await person.page(link)
        await offers_of(person.town).enrolments.tidy("metro")
        assert await bucket_of(person.town).under("metro.exposure") == {}

    async def test_opening_the_link_agrees_to_nothing(self, person: Person) -> None:
        await person.ask_to_enrol()
        await person.page(person.link())
        (record,) = await records(person.town)
        assert record.counts_from is None

    async def test_the_same_address_again_gets_the_way_back_and_changes_nothing(
        self, person: Person
    ) -> None:
        first = await person.enrol("E12")
        await person.town.advance(minutes=10)
        answer = await person.ask_to_enrol("L99", contact=person.address.upper())
        assert answer.headers["location"] == "/exposure/sent"
        person.town.phones.expect_text(person.name, "your private page")
        (record,) = await records(person.town)
        assert record.units == ("E12",)
        second = person.link()
        assert second != first
        assert await person.page(second) == (await person.page(first)).replace(first, second)

    async def test_a_flood_of_wishes_is_one_message_and_one_record(self, person: Person) -> None:
        answers = [await person.ask_to_enrol() for _ in range(5)]
        assert {answer.headers["location"] for answer in answers} == {"/exposure/sent"}
        assert len(person.town.phones.received[person.name]) == 1
        assert len(await records(person.town)) == 1

    async def test_an_hour_has_its_limit(self, person: Person) -> None:
        for number in range(60):
            await replace(person, name=f"somebody-{number}").ask_to_enrol()
        answer = await person.ask_to_enrol()
        assert answer.status_code == 429
        assert "try again later" in answer.text
        await person.town.advance(hours=1)
        assert (await person.ask_to_enrol()).status_code == 303

    async def test_the_oldest_of_many_links_stops_working(self, person: Person) -> None:
        first = await person.enrol()
        for _ in range(3):
            await person.town.advance(minutes=10)
            await person.ask_to_enrol()
        assert "opens nothing" in await person.page(first)
        assert "Your count" in await person.page(person.link())

    @pytest.mark.parametrize(
        ("fields", "status", "words"),
        [
            ({"code": "tb_wrong"}, 403, "This code does not open the page"),
            ({"contact": "not an address"}, 422, "Please check the address"),
            ({"contact": "a@b.example\r\nBcc: x@y.example"}, 422, "Please check the address"),
            ({"contact": "a,b@c.example"}, 422, "Please check the address"),
            ({"units": "   "}, 422, "Please name one unit"),
            ({"units": "X" * 33}, 422, "Please name one unit"),
            ({"units": " ".join(f"E{n}" for n in range(21))}, 422, "twenty at most"),
        ],
    )
    async def test_what_is_wrong_is_said_and_nothing_is_kept(
        self, person: Person, fields: dict[str, str], status: int, words: str
    ) -> None:
        answer = await person.ask_to_enrol(**fields)
        assert answer.status_code == status
        assert words in answer.text
        assert await records(person.town) == []

    @pytest.mark.parametrize(
        ("failure", "status", "words"),
        [
            (Failure.TEMPORARY, 503, "No link went out just now"),
            (Failure.PERMANENT, 422, "does not take our mail"),
        ],
    )
    async def test_a_link_that_did_not_go_out_keeps_no_address(
        self, person: Person, failure: Failure, status: int, words: str
    ) -> None:
        person.town.phones.fail(person.name, failure)
        answer = await person.ask_to_enrol()
        assert answer.status_code == status
        assert words in answer.text
        assert await records(person.town) == []
        assert (await person.ask_to_enrol()).status_code == 303

    async def test_a_way_back_that_did_not_go_out_may_be_asked_for_at_once(
        self, person: Person
    ) -> None:
        await person.enrol()
        await person.town.advance(minutes=10)
        person.town.phones.fail(person.name, Failure.TEMPORARY)
        assert (await person.ask_to_enrol()).status_code == 503
        assert (await person.ask_to_enrol()).status_code == 303
        person.town.phones.expect_text(person.name, "your private page")

    async def test_two_records_of_one_address_become_one(self, person: Person, town: Town) -> None:
        """Two wishes at the same moment may both find no record yet."""
        path = await person.enrol("E12")
        await hard_call(town, 1)
        ((key, held),) = (await bucket_of(town).under("metro.exposure")).items()
        await bucket_of(town).put(key[:-4] + "beef", held.value)
        await hard_call(town, 2)
        assert len(await records(town)) == 2
        enrolments = offers_of(town).enrolments
        opened = await enrolments.opened(path.split("/")[-1])
        assert opened
        await enrolments.confirm(opened[0], ("E12",))
        (record,) = await records(town)
        assert len(record.exposures) == 2
        assert await enrolments.all("metro") == {opened[0]: record}


class TestApi:
    PLACE = "/v1/exposure-enrolments"

    def given(self, person: Person) -> dict[str, Any]:
        return {"contact": person.address, "units": ["E12"]}

    async def test_a_link_goes_to_the_address_and_never_into_the_answer(
        self, person: Person
    ) -> None:
        answer = await person.town.http.post(
            self.PLACE,
            json=self.given(person),
            headers={"Authorization": f"Bearer {person.code}"},
        )
        assert answer.status_code == 202
        assert answer.json() == {"sent": True, "confirm_within_seconds": 86400}
        await person.agree()
        assert len(await records(person.town)) == 1

    @pytest.mark.parametrize(
        ("changed", "key", "status"),
        [
            ({}, "tb_wrong", 401),
            ({"contact": "nobody"}, "", 422),
            ({"units": []}, "", 422),
            ({"name": "Avery"}, "", 422),
        ],
    )
    async def test_a_refusal_tells_no_value(
        self, person: Person, changed: dict[str, Any], key: str, status: int
    ) -> None:
        headers = {"Authorization": f"Bearer {key or person.code}"}
        body = self.given(person) | changed
        answer = await person.town.http.post(self.PLACE, json=body, headers=headers)
        assert answer.status_code == status
        assert person.address not in answer.text
        assert await records(person.town) == []

    async def test_only_the_secret_shows_the_record_and_an_operators_key_does_not(
        self, person: Person
    ) -> None:
        town = person.town
        secret = (await person.enrol()).split("/")[-1]
        await adds_up(town)
        own = f"{self.PLACE}/own"
        answer = await town.http.get(own, headers={"Authorization": f"Bearer {secret}"})
        told = answer.json()
        assert told["units"] == ["E12"]
        assert sum(week["calls"] for week in told["weeks"]) == 3
        assert 6 < told["counts_now"] < 9
        assert told["offered_at"]
        assert "case" not in answer.text
        assert (await town.http.get(own)).status_code == 404
        assert (await town.http.get(own, headers=NOBODY)).status_code == 404
        assert (await town.http.get(self.PLACE)).status_code == 405

    async def test_leaving_with_the_secret(self, person: Person) -> None:
        secret = (await person.enrol()).split("/")[-1]
        own = {"Authorization": f"Bearer {secret}"}
        assert (await person.town.http.delete(f"{self.PLACE}/own", headers=own)).status_code == 204
        assert await records(person.town) == []
        assert (await person.town.http.delete(f"{self.PLACE}/own", headers=own)).status_code == 404

    async def test_how_many_is_told_in_steps_of_five_to_operators_only(
        self, person: Person
    ) -> None:
        town = person.town
        place = f"{self.PLACE}/how-many"
        told = []
        for number in range(11):
            await replace(person, name=f"somebody-{number}").enrol()
            told.append((await town.http.get(place)).json()["at_least"])
        assert told == [None] * 4 + [5] * 5 + [10] * 2
        await replace(person, name="waiting").ask_to_enrol()
        assert (await town.http.get(place)).json() == {"at_least": 10}
        members = {"Authorization": f"Bearer {person.code}"}
        assert (await town.http.get(place, headers=members)).status_code == 403
