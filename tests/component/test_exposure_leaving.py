"""Cumulative exposure: leaving erases everything, and nobody else ever learns of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from prometheus_client import generate_latest

from schemas.catalogue import encode
from schemas.dispatch import Failure
from schemas.envelope import Draft
from schemas.subjects import Stream
from services.runtime.auth import KeyRole, add_key
from services.runtime.errors import Transient
from tests.support.enrolled import NOBODY, Person, adds_up, bucket_of, records
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path


@pytest.fixture
async def person(tmp_path: Path) -> AsyncIterator[Person]:
    code = add_key(tmp_path / "keys.json", "members", "metro", KeyRole.MEMBER)
    async with a_town(tmp_path) as town:
        yield Person(town, code)


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as entries:
        yield entries


class TestLeaving:
    async def test_one_tap_on_the_private_page_erases_everything(self, person: Person) -> None:
        town = person.town
        path = await person.enrol()
        await adds_up(town)
        answer = await town.http.post(f"{path}/leave", headers=NOBODY)
        assert answer.headers["location"] == "/exposure/left"
        assert "erased" in await person.page("/exposure/left")
        assert await bucket_of(town).under("metro.exposure") == {}
        assert (await town.http.get(path)).status_code == 404
        assert (await town.http.post(path, data={"units": "E12"})).status_code == 404
        assert person.address.encode() not in b"".join(
            held.value for held in bucket_of(town)._values.values()
        )

    async def test_the_link_of_an_offer_can_leave_and_nothing_else(self, person: Person) -> None:
        town = person.town
        path = await person.enrol()
        await adds_up(town)
        leaving = person.leaving()
        shown = await person.page(leaving)
        assert "Leave, and erase everything" in shown
        assert "E12" not in shown
        assert await records(town) != [], "opening it leaves nothing yet: mail programs open links"
        assert (await town.http.get(leaving.replace("/leave/", "/"))).status_code == 404
        assert (await town.http.post(leaving, headers=NOBODY)).status_code == 303
        assert await records(town) == []
        assert (await town.http.get(path)).status_code == 404

    async def test_who_comes_back_starts_from_nothing(self, person: Person) -> None:
        town = person.town
        path = await person.enrol()
        await adds_up(town)
        await town.http.post(f"{path}/leave", headers=NOBODY)
        await person.enrol()
        (record,) = await records(town)
        assert record.exposures == ()
        assert record.offer is None

    @pytest.mark.parametrize(
        "path",
        [
            "/exposure/x",
            "/exposure/metro.{number}.{secret}",
            "/exposure/metro.*.{secret}",
            "/exposure/leave/metro.{number}.forged",
            "/exposure/leave/x",
        ],
    )
    async def test_a_link_that_is_not_ours_opens_nothing(self, person: Person, path: str) -> None:
        _, number, secret = (await person.enrol()).split("/")[-1].split(".")
        wrong = path.format(number=number, secret=secret[::-1])
        for answer in (await person.town.http.get(wrong), await person.town.http.post(wrong)):
            assert answer.status_code in {404, 422}
            assert "This link opens nothing" in answer.text or "leave" not in wrong
        assert len(await records(person.town)) == 1

    async def test_an_outage_says_so_and_changes_nothing(
        self, person: Person, monkeypatch: pytest.MonkeyPatch, logged: list[Any]
    ) -> None:
        path = await person.enrol()
        before = await records(person.town)

        async def away(*_given: object) -> None:
            raise Transient("away")

        bucket = bucket_of(person.town)
        with monkeypatch.context() as broken:
            for name in ("get", "held", "under", "erase"):
                broken.setattr(bucket, name, away)
            secret = path.split("/")[-1]
            own = {"Authorization": f"Bearer {secret}"}
            answers = [
                await person.ask_to_enrol(),
                await person.town.http.get(path),
                await person.town.http.post(path, data={"units": "L3"}),
                await person.town.http.post(f"{path}/leave"),
                await person.town.http.get("/v1/exposure-enrolments/own", headers=own),
                await person.town.http.delete("/v1/exposure-enrolments/own", headers=own),
            ]
        assert [answer.status_code for answer in answers] == [503] * 6
        assert await records(person.town) == before
        assert secret not in repr(logged)


async def test_no_stream_log_metric_or_url_knows_who_or_that_anybody_was_offered(
    person: Person, logged: list[Any]
) -> None:
    marked = replace(person, name="xylophone-quartermain")
    town = person.town
    path = await marked.enrol("E12 M12")
    town.phones.fail(marked.name, Failure.TEMPORARY)
    await adds_up(town)
    assert town.phones.unread(marked.name)
    secret = path.split(".")[-1]
    await marked.page(path)
    await town.http.post(marked.leaving(), headers=NOBODY)

    history = [told for stream in Stream for told in town.journal.all(stream)]
    assert len(history) > 10
    wires = [repr(encode(Draft(told.entity, told.meta, told.event))) for told in history]
    everything = " ".join([*wires, repr(logged), generate_latest().decode()]).lower()
    for private in (
        "xylophone",
        "quartermain",
        secret.lower(),
        "check_in_offer",
        "a peer is there",
    ):
        assert private not in everything, private
    for message in town.phones.received[marked.name]:
        assert "xylophone" not in message.text


async def test_every_page_is_kept_by_nobody_and_listed_nowhere(person: Person) -> None:
    path = await person.enrol()
    await adds_up(person.town)
    for shown in ("/exposure", "/exposure/sent", "/exposure/left", path, person.leaving()):
        headers = (await person.town.http.get(shown)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex"
        assert "set-cookie" not in headers
