"""Asking for a peer over HTTP: the page, programs, who may, and what is left behind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from prometheus_client import generate_latest

from schemas.catalogue import encode
from schemas.envelope import Draft
from schemas.requests import PeerRequested
from schemas.subjects import Stream
from services.runtime.auth import KeyRole, add_key
from services.runtime.bucket import MemoryBucket
from services.runtime.errors import Transient
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    import httpx

WORDS = "Xylophone Kaleidoscope, station 4, back door"
SECRETS = ("xylophone", "kaleidoscope", "back door", "quartermain", "203.0.113.9", "marmalade")
NOBODY = {"Authorization": ""}
_ONCE = re.compile(r'name="once" value="([0-9a-f]+)"')


@dataclass(frozen=True, slots=True)
class Station:
    """A town with the members' shared key, seen by one who carries nothing else."""

    town: Town
    code: str

    async def form(self) -> str:
        answer = await self.town.http.get(f"/ask?code={self.code}", headers=NOBODY)
        assert answer.status_code == 200
        return answer.text

    async def send(self, **fields: str) -> httpx.Response:
        given = {"code": self.code, "callback": WORDS} | fields
        answer = await self.town.http.post("/ask", data=given, headers=NOBODY)
        await self.town.settle()
        return answer

    def requests(self) -> int:
        events = self.town.journal.all(Stream.DISPATCH)
        return sum(isinstance(told.event, PeerRequested) for told in events)

    @property
    def bucket(self) -> MemoryBucket:
        listeners = [each for service in self.town.services for each in service.listeners]
        due = next(each for each in listeners if each.name == "dispatch-due")
        bucket = due.react.__self__.requests.contacts  # type: ignore[attr-defined]
        assert isinstance(bucket, MemoryBucket)
        return bucket

    def kept(self) -> list[bytes]:
        return [v for k, v in self.bucket._values.items() if ".request-" in k]


@pytest.fixture
async def station(tmp_path: Path) -> AsyncIterator[Station]:
    code = add_key(tmp_path / "keys.json", "members", "metro", KeyRole.MEMBER)
    async with a_town(tmp_path) as town:
        await town.enroll_team(peers=3, mhps=2)
        yield Station(town, code)


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as entries:
        yield entries


async def test_the_form_asks_for_no_reason_and_shows_the_crisis_lines(station: Station) -> None:
    shown = await station.form()

    for number in ("tel:911", "tel:988", "sms:988"):
        assert number in shown
    names = set(re.findall(r'name="([a-z]+)"', shown)) - {"viewport", "robots", "referrer"}
    assert names == {"once", "code", "callback", "peer", "discipline", "emergency"}
    assert "abuse of a child" in shown
    assert "p-1 " in shown
    assert "c-1" not in shown
    assert "<script" not in shown


async def test_every_page_is_kept_by_nobody_and_listed_nowhere(station: Station) -> None:
    sent = await station.send()
    for path in (
        "/ask",
        sent.headers["location"],
        station.town.phones.link(station.town.phones.asked()[0]),
    ):
        headers = (await station.town.http.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-robots-tag"] == "noindex"
        assert "script-src" not in headers["content-security-policy"]
        assert "set-cookie" not in headers
    assert WORDS not in sent.headers["location"]


async def test_sending_twice_is_one_request(station: Station) -> None:
    found = _ONCE.search(await station.form())
    assert found
    first = await station.send(once=found[1])
    second = await station.send(once=found[1])
    assert first.headers["location"] == second.headers["location"]
    assert station.requests() == 1
    await station.send(once=found[1], emergency="yes")
    assert station.requests() == 2


async def test_a_wrong_code_opens_nothing_and_loses_nothing(station: Station) -> None:
    answer = await station.send(code="tb_wrong")

    assert answer.status_code == 403
    assert WORDS in answer.text
    assert "tel:988" in answer.text
    assert 'id="code"' in answer.text
    assert station.requests() == 0
    assert station.kept() == []


@pytest.mark.parametrize("callback", ["", "   ", "x" * 201])
async def test_without_a_way_to_call_back_the_page_says_so(station: Station, callback: str) -> None:
    answer = await station.send(callback=callback)
    assert answer.status_code == 422
    assert "say how to reach you" in answer.text
    assert station.requests() == 0


@pytest.mark.parametrize("emergency", ["", "yes"])
async def test_when_everything_is_down_the_lines_are_there_and_nothing_is_left(
    station: Station, emergency: str
) -> None:
    station.town.journal.reachable = False

    form = await station.town.http.get("/ask", headers=NOBODY)
    sent = await station.send(emergency=emergency)

    assert form.status_code == 200
    assert sent.status_code == 503
    for shown in (form.text, sent.text):
        assert "tel:988" in shown
    assert "nobody has been asked" in sent.text
    assert WORDS in sent.text
    assert emergency or station.kept() == []  # of an emergency see test_peer_request_orphans.py


async def test_what_could_not_be_recorded_leaves_nothing_and_may_come_again(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_told: object, **_more: object) -> int:
        assert station.kept(), "it is kept before anybody is asked"
        raise Transient("the streams cannot be reached")

    with monkeypatch.context() as broken:
        broken.setattr(station.town.journal, "append", lost)
        assert (await station.send(once="b" * 32)).status_code == 503
    assert station.kept() == []

    assert (await station.send(once="b" * 32)).status_code == 303
    assert station.requests() == 1


async def test_a_flood_is_stopped_and_an_emergency_never(station: Station) -> None:
    answers = [await station.send(once=f"{number:032x}") for number in range(61)]
    assert [answer.status_code for answer in answers] == [303] * 60 + [429]
    assert "tel:988" in answers[-1].text

    assert (await station.send(once="f" * 32, emergency="yes")).status_code == 303
    await station.town.advance(hours=1, seconds=1)
    assert (await station.send(once="e" * 32)).status_code == 303


async def test_a_program_asks_with_the_shared_key(station: Station) -> None:
    headers = {"Authorization": f"Bearer {station.code}", "Idempotency-Key": "k" * 20}
    body = {"callback": WORDS, "reason": "Marmalade", "peer": "any"}
    post = station.town.http.post

    first = await post("/v1/peer-requests", json=body, headers=headers)
    again = await post("/v1/peer-requests", json=body, headers=headers)

    assert first.status_code == 201
    assert first.json() == again.json()
    assert first.json()["crisis_lines"] == ["911", "988"]
    assert first.json()["callback_by"] == "2026-03-02T03:30:00Z"
    assert "Marmalade" not in first.text
    assert station.requests() == 1


async def test_without_a_key_a_program_is_told_the_crisis_lines(station: Station) -> None:
    answer = await station.town.http.post(
        "/v1/peer-requests", json={"callback": WORDS}, headers=NOBODY
    )
    assert answer.status_code == 401
    assert answer.json()["crisis_lines"] == ["911", "988"]


async def test_a_bad_request_is_named_by_its_field_and_not_by_its_words(
    station: Station,
) -> None:
    body = {"callback": " ", "emergency": "Marmalade"}
    answer = await station.town.http.post("/v1/peer-requests", json=body)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"callback", "emergency"}
    assert "Marmalade" not in answer.text


async def test_the_shared_key_opens_nothing_else(station: Station) -> None:
    headers = {"Authorization": f"Bearer {station.code}"}
    http = station.town.http
    answers = [
        await http.post("/v1/incidents", json={"incident_type": "x"}, headers=headers),
        await http.get("/v1/roster/members", headers=headers),
        await http.post("/v1/screenings", json={"incident_type": "x"}, headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [403] * 3


@pytest.mark.parametrize("token", ["x", "x.y", "%F0%9F%98%80", "A" * 500])
async def test_a_link_that_is_not_ours_shows_nothing(station: Station, token: str) -> None:
    for answer in (
        await station.town.http.get(f"/ask/{token}"),
        await station.town.http.post(f"/ask/{token}/cancel"),
        await station.town.http.post(f"/o/{token}/reached"),
    ):
        assert answer.status_code in {400, 404}
        assert "tel:988" in answer.text


async def test_the_offer_page_gives_nothing_away_before_it_is_accepted(station: Station) -> None:
    await station.send()
    for owner in station.town.phones.asked():
        path = station.town.phones.link(owner)
        assert WORDS not in (await station.town.http.get(path)).text
        for name in ("reached", "done", "hand-back", "emergency"):
            tapped = await station.town.http.post(f"{path}/{name}", follow_redirects=True)
            assert WORDS not in tapped.text
    assert station.kept()
    assert all("m-" not in owner for owner in station.town.phones.asked())


def _assert_clean(where: str, text: str) -> None:
    found = [secret for secret in SECRETS if secret in text.lower()]
    assert not found, f"{where} holds {found}"


async def test_nothing_of_who_asked_is_kept_after_it(station: Station, logged: list[Any]) -> None:
    """In memory this is all there is; on a server, see the integration test beside it."""
    town = station.town
    odd = {"User-Agent": "Marmalade", "X-Forwarded-For": "203.0.113.9", "Referer": "http://q/"}
    town.http.headers.update(odd)
    sent = await station.send()
    assert len(station.kept()) == 1
    first = town.phones.asked()[0]
    assert WORDS in await town.accept(first)
    link = town.phones.link(first)
    for step in ("reached", "emergency", "done"):
        await town.http.post(f"{link}/{step}")
        await town.settle()
    professional = next(owner for owner in town.phones.asked() if owner.startswith("m-"))
    assert WORDS in await town.accept(professional)
    await town.http.post(f"{town.phones.link(professional)}/done")
    await town.advance(seconds=1)

    assert station.kept() == []
    for path in (link, town.phones.link(professional), sent.headers["location"]):
        _assert_clean(path, (await town.http.get(path)).text)
    for stream in Stream:
        for told in town.journal.all(stream):
            headers, body = encode(Draft(told.entity, told.meta, told.event))
            _assert_clean(told.event.NAME, f"{headers} {body.decode()} {told.entity}")
    for messages in town.phones.received.values():
        for message in messages:
            _assert_clean("a message", message.model_dump_json())
    _assert_clean("the log", repr(logged))
    _assert_clean("the metrics", generate_latest().decode())
    actors = {told.meta.actor for told in town.journal.all(Stream.DISPATCH)}
    assert not any("key:" in actor or "members" in actor for actor in actors)


async def test_what_comes_again_after_the_end_is_not_kept(station: Station) -> None:
    sent = await station.send(once="a" * 32)
    await station.town.http.post(f"{sent.headers['location']}/cancel")
    assert station.kept() == []

    await station.send(once="a" * 32)

    assert station.kept() == []
    assert station.requests() == 1
