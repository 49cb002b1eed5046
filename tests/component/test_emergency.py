"""Raising an emergency over HTTP: who may, what is shown whatever happens, and what is left behind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from prometheus_client import generate_latest

from schemas.catalogue import encode
from schemas.envelope import Draft
from schemas.requests import EmergencyCategory, PeerRequested
from schemas.subjects import Entity, Stream
from services.runtime.auth import KeyRole, add_key
from services.runtime.errors import Transient
from tests.component.test_peer_request_audit import desk_of, look
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    import httpx

NOBODY = {"Authorization": ""}
LARGEST = 10_000
WORDS = "Xylophone Kaleidoscope, station 4, back door"
SECRETS = ("xylophone", "kaleidoscope", "quartermain", "marmalade", "203.0.113.9", "front-desk")
LINES = ("tel:911", "tel:988", "sms:988")
_ONCE = re.compile(r'name="once" value="([0-9a-f]+)"')


@dataclass(frozen=True, slots=True)
class Station:
    """A town with every kind of key, seen by one who carries nothing else."""

    town: Town
    keys: dict[KeyRole, str]

    @property
    def code(self) -> str:
        return self.keys[KeyRole.MEMBER]

    async def post(self, key: str = "", **body: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"} if key else NOBODY
        answer = await self.town.http.post("/v1/emergencies", json=body, headers=headers)
        await self.town.settle()
        return answer

    async def tap(self, **fields: str) -> httpx.Response:
        given = {"code": self.code, "category": "suicide_risk"} | fields
        answer = await self.town.http.post("/emergency", data=given, headers=NOBODY)
        await self.town.settle()
        return answer

    def raised(self) -> list[PeerRequested]:
        told = (each.event for each in self.town.journal.all(Stream.DISPATCH))
        return [event for event in told if isinstance(event, PeerRequested)]


@pytest.fixture
async def station(tmp_path: Path) -> AsyncIterator[Station]:
    path = tmp_path / "keys.json"
    keys = {role: add_key(path, "front-desk", "metro", role) for role in KeyRole}
    async with a_town(tmp_path, alone=True) as town:
        await town.enroll_team(peers=2, mhps=2)
        yield Station(town, keys)


@pytest.fixture
def logged() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.mark.parametrize(
    ("role", "status"),
    [(KeyRole.OPERATOR, 201), (KeyRole.MEMBER, 201), (KeyRole.DISPATCH_CENTER, 401), (None, 401)],
)
async def test_operators_and_members_may_raise_one(
    station: Station, role: KeyRole | None, status: int
) -> None:
    answer = await station.post(station.keys[role] if role else "", category="threat")
    assert answer.status_code == status
    assert len(station.raised()) == (status == 201)
    assert answer.json()["crisis_lines"] == ["911", "988"], "whatever the answer is"


async def test_where_the_page_is_open_nobody_needs_a_key(tmp_path: Path) -> None:
    async with a_town(tmp_path, {"requests_open": True}, alone=True) as town:
        await town.enroll_team(peers=1, mhps=2)
        answer = await town.http.post("/v1/emergencies", headers=NOBODY)
        assert answer.status_code == 201
        assert answer.json()["category"] == EmergencyCategory.OTHER
        page = await town.http.get("/emergency", headers=NOBODY)
        assert 'name="code"' not in page.text
        await town.settle()
        assert town.phones.asked() == ["m-1", "m-2"]


async def test_the_same_key_is_one_emergency(station: Station) -> None:
    headers = {"Authorization": f"Bearer {station.code}", "Idempotency-Key": "tap-1"}
    urls = set()
    for category in ("threat", "suicide_risk"):
        body = {"category": category}
        answer = await station.town.http.post("/v1/emergencies", json=body, headers=headers)
        urls.add(answer.json()["page_url"])
    assert len(urls) == len(station.raised()) == 1


async def test_an_unknown_kind_is_named_and_the_page_takes_it_all_the_same(
    station: Station,
) -> None:
    answer = await station.post(station.code, category="boredom")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "category"
    tapped = await station.tap(category="boredom")
    assert tapped.status_code == 200
    assert [each.category for each in station.raised()] == [EmergencyCategory.OTHER]


async def test_the_page_comes_with_the_tap_and_a_second_tap_is_the_same(station: Station) -> None:
    form = await station.town.http.get(f"/emergency?code={station.code}", headers=NOBODY)
    found = _ONCE.search(form.text)
    assert found
    first = await station.tap(once=found[1])
    second = await station.tap(once=found[1], category="threat")
    assert first.status_code == second.status_code == 200, "one round trip, no redirect"
    assert len(station.raised()) == 1
    for shown in (first, second):
        assert "03:05 UTC" in shown.text
        assert "tay with the person" in shown.text


async def test_every_page_is_small_and_needs_nothing_else(station: Station) -> None:
    raised = await station.tap()
    found = re.search(r'href="(/emergency/[^"]+)"', raised.text)
    assert found
    town = station.town
    pages = [
        await town.http.get("/emergency", headers=NOBODY),
        await town.http.get(f"/emergency?code={station.code}", headers=NOBODY),
        await station.tap(code="wrong"),
        raised,
        await station.tap(category="threat"),
        await town.http.get(found[1]),
        await town.http.get("/emergency/x.y"),
    ]
    await town.accept("m-1")
    pages.append(await town.http.get(found[1]))
    await town.http.post(f"{found[1]}/over")
    pages.append(await town.http.get(found[1]))
    for page in pages:
        assert len(page.content) <= LARGEST, len(page.content)
        assert all(line in page.text for line in LINES)
        for part in ("<script", "<img", "<link", "src=", "@import", "url("):
            assert part not in page.text, part
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "set-cookie" not in page.headers
        body = page.text.partition("<body>")[2]
        assert body.index("tel:911") < body.index("<h1>") if "<h1>" in body else True


async def test_a_wrong_code_pages_nobody_and_says_so(station: Station) -> None:
    answer = await station.tap(code="wrong")
    assert answer.status_code == 403
    assert "nobody was paged" in answer.text
    assert station.raised() == []


@pytest.mark.parametrize("trouble", ["away", "slow", "bug"])
async def test_when_everything_is_down_the_lines_are_there_and_another_tap_is_harmless(
    station: Station, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = station.town.journal
    append = journal.append

    async def fails(*_: object, **__: object) -> int:
        raise {"away": Transient("away"), "slow": TimeoutError()}.get(trouble, RuntimeError("bug"))

    monkeypatch.setattr(journal, "append", fails)
    answer = await station.tap()
    assert answer.status_code == 503
    assert all(line in answer.text for line in LINES)
    assert "could not make sure" in answer.text
    found = _ONCE.search(answer.text)
    assert found
    told = await station.post(station.code) if trouble == "away" else None
    if told:
        assert told.status_code == 503
        assert "988" in told.json()["detail"]
    monkeypatch.setattr(journal, "append", append)
    for _ in range(2):
        assert (await station.tap(once=found[1])).status_code == 200
    assert len(station.raised()) == 1


async def test_it_is_never_counted_and_never_held_up(tmp_path: Path) -> None:
    text = (files("policy") / "requests.yaml").read_text(encoding="utf-8")
    few = tmp_path / "requests.yaml"
    few.write_text(text.replace("hourly_limit: 60 ", "hourly_limit: 1 "))
    async with a_town(tmp_path, {"requests_file": few}, alone=True) as town:
        for number, status in ((1, 201), (2, 429)):
            body = {"callback": f"station {number}"}
            assert (await town.http.post("/v1/peer-requests", json=body)).status_code == status
        for _ in range(3):
            assert (await town.http.post("/v1/emergencies", json={})).status_code == 201


async def test_a_link_that_is_not_ours_ends_nothing(station: Station) -> None:
    for path in ("/emergency/x", "/emergency/x.y", "/emergency/%F0%9F%98%80"):
        assert (await station.town.http.get(path)).status_code == 404
        for step in ("over", "callback"):
            answer = await station.town.http.post(f"{path}/{step}", data={"callback": "1"})
            assert answer.status_code == 404
    ask = await station.town.http.post("/ask/x.y/emergency")
    assert ask.status_code == 404
    offer = await station.town.http.post("/o/x.y/emergency")
    assert offer.status_code == 400
    assert "tel:988" in offer.text


async def test_nothing_of_who_and_why_is_left_anywhere(
    station: Station, logged: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    headers = {"User-Agent": "Quartermain/1", "X-Forwarded-For": "203.0.113.9"}
    given = {"code": station.code, "category": "suicide_risk", "reason": "marmalade"}
    town = station.town
    answer = await town.http.post("/emergency", data=given, headers=NOBODY | headers)
    found = re.search(r'action="(/emergency/[^"]+)/callback"', answer.text)
    assert found
    await town.http.post(f"{found[1]}/callback", data={"callback": WORDS}, headers=headers)
    await station.post(station.code, category="threat", callback=WORDS, reason="marmalade")
    await town.accept("m-1")
    assert WORDS in (await town.http.get(town.phones.link("m-1"))).text
    await town.advance(minutes=11)
    kept = [
        str(encode(Draft(e.entity, e.meta, e.event)))
        for stream in Stream
        for e in town.journal.all(stream)
    ]
    messages = [str(each) for heard in town.phones.received.values() for each in heard]
    texts = "\n".join((*kept, *messages, str(logged), generate_latest().decode()))
    texts += "".join(capsys.readouterr())
    for secret in SECRETS:
        assert secret not in texts.lower(), secret
    for message in messages:
        assert "suicide" not in message.lower(), "a message says that it is urgent and no more"
        assert "threat" not in message.lower()


async def test_audit_sees_kind_clock_and_count_and_never_a_member(
    station: Station, tmp_path: Path
) -> None:
    town = station.town
    for number in range(15):
        kind = list(EmergencyCategory)[number % 3]
        await station.post(station.code, category=kind.value)
        await town.advance(minutes=2)
        await town.accept("m-1")
        await town.http.post(f"{town.phones.link('m-1')}/reached")
        await town.http.post(f"{town.phones.link('m-1')}/done")
    town.clock.at += timedelta(days=40)
    (told,) = await look(desk_of(town, tmp_path), "/v1/requests")
    assert told.json()["emergencies"] == {
        "count": 15,
        "by_category": {"other": 5, "suicide_risk": 5, "threat": 5},
        "median_minutes_to_answer": 2,
    }
    assert "m-1" not in told.text
    assert told.json()["waiting"] is False


@pytest.mark.parametrize(("threats", "count"), [(4, None), (5, 5)])
async def test_a_few_are_not_told_and_no_kind_can_be_worked_out(
    station: Station, tmp_path: Path, threats: int, count: int | None
) -> None:
    for _ in range(threats):
        await station.post(station.code, category="threat")
    station.town.clock.at += timedelta(days=40)
    (told,) = await look(desk_of(station.town, tmp_path), "/v1/requests")
    assert told.json()["emergencies"]["count"] == count
    assert told.json()["emergencies"]["by_category"] is None


async def test_an_emergency_is_no_case(station: Station) -> None:
    await station.post(station.code)
    (asked,) = [
        e for e in station.town.journal.all(Stream.DISPATCH) if isinstance(e.event, PeerRequested)
    ]
    assert asked.entity.is_request
    assert asked.meta.actor == "request"
    assert Entity(Stream.INTAKE, "metro", asked.entity.id).is_request
