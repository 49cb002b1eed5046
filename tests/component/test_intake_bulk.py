"""Many reports in one request: an answer for every line, in order, and no line harms another."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from schemas.intake import IncidentReported
from schemas.subjects import Stream
from services.runtime.errors import Transient
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    import httpx

    from tests.support.town import Town

PATH = "/v1/incidents:bulk"
NDJSON = {"content-type": "application/x-ndjson"}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as running:
        yield running


def line(number: int, **more: Any) -> dict[str, Any]:
    return {"incident_number": f"26-{number}", "incident_type": "Vehicle lockout", **more}


def packed(*lines: dict[str, Any] | str) -> bytes:
    texts = [each if isinstance(each, str) else json.dumps(each) for each in lines]
    return "\n".join(texts).encode() + b"\n"


def results(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(each) for each in answer.text.splitlines()]


def stored(town: Town) -> list[IncidentReported]:
    told = [each.event for each in town.journal.all(Stream.INTAKE)]
    return [each for each in told if isinstance(each, IncidentReported)]


async def test_every_line_is_answered_in_order(town: Town) -> None:
    died = {"patients": [{"age_years": 3, "outcome": "died"}]}
    body = packed(line(1), line(1, units=["E1"]), line(1), line(2, **died))
    told = results(await town.http.post(PATH, content=body, headers=NDJSON))

    assert [each["line"] for each in told] == [1, 2, 3, 4]
    assert [each["status"] for each in told] == ["created", "updated", "duplicate", "created"]
    assert [each["outcome"] for each in told] == ["routine"] * 3 + ["critical"]
    assert [each["activated"] for each in told] == [False] * 3 + [True]
    assert len({each["case_id"] for each in told}) == 2
    assert all("problem" not in each for each in told)


async def test_a_bad_line_is_refused_without_its_words_and_the_rest_goes_on(town: Town) -> None:
    body = packed(
        line(1),
        "{very-secret",
        '{"incident_type": "very-secret", "units": "very-secret"}',
        "",
        "  ",
        '["very-secret"]',
        json.dumps(line(5, narrative="very-secret " * 30_000)),
        line(6),
    )
    answer = await town.http.post(PATH, content=body, headers=NDJSON)
    told = results(answer)

    assert [each["line"] for each in told] == [1, 2, 3, 6, 7, 8]
    assert [each["status"] for each in told] == ["created", *["refused"] * 4, "created"]
    problems = [each["problem"] for each in told[1:5]]
    assert [each["status"] for each in problems] == [422, 422, 422, 413]
    assert problems[1]["errors"] == [{"field": "units", "problem": "Input should be a valid array"}]
    assert "secret" not in answer.text
    assert len(stored(town)) == 2


async def test_more_lines_than_one_body_may_have_are_taken(town: Town) -> None:
    lines = [line(number, narrative="x" * 2_000) for number in range(200)]
    body = packed(*lines)
    assert len(body) > 262_144
    told = results(await town.http.post(PATH, content=body, headers=NDJSON))

    assert [each["line"] for each in told] == list(range(1, 201))
    assert {each["status"] for each in told} == {"created"}
    assert len(stored(town)) == 200


async def test_lines_of_one_incident_are_taken_in_their_order(town: Town) -> None:
    lines = [line(n % 3, units=[f"E{n}"]) for n in range(60)]
    told = results(await town.http.post(PATH, content=packed(*lines), headers=NDJSON))

    assert [each["status"] for each in told] == ["created"] * 3 + ["updated"] * 57
    for incident in range(3):
        units = [e.units for e in stored(town) if e.number == f"26-{incident}"]
        assert units == [(f"E{n}",) for n in range(60) if n % 3 == incident]


async def test_a_line_may_carry_its_own_key_and_the_header_names_the_others(town: Town) -> None:
    body = packed(
        {"incident_type": "Vehicle lockout", "idempotency_key": "window-1"},
        {"incident_type": "Vehicle lockout"},
        {"incident_type": "Vehicle lockout"},
    )
    key = NDJSON | {"Idempotency-Key": "shift-7"}
    first = results(await town.http.post(PATH, content=body, headers=key))
    again = results(await town.http.post(PATH, content=body, headers=key))

    assert [each["status"] for each in first] == ["created"] * 3
    assert [each["status"] for each in again] == ["duplicate"] * 3
    assert [each["case_id"] for each in again] == [each["case_id"] for each in first]
    assert [each["ignored_fields"] for each in first] == [0, 0, 0]


async def test_a_line_end_of_any_kind_and_a_last_line_without_one(town: Town) -> None:
    body = b"\xef\xbb\xbf" + packed(line(1), line(2)).replace(b"\n", b"\r\n").rstrip()
    told = results(await town.http.post(PATH, content=body, headers=NDJSON))

    assert [each["status"] for each in told] == ["created", "created"]


@pytest.mark.parametrize("pieces", [1, 7, 100_000])
async def test_gzip_is_unpacked(town: Town, pieces: int) -> None:
    body = gzip.compress(packed(line(1), line(2))) + gzip.compress(packed(line(3)))

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(body), pieces):
            yield body[start : start + pieces]

    headers = NDJSON | {"content-encoding": "gzip"}
    told = results(await town.http.post(PATH, content=chunks(), headers=headers))

    assert [each["status"] for each in told] == ["created"] * 3


async def test_gzip_that_breaks_off_says_from_where_on_nothing_was_read(town: Town) -> None:
    body = gzip.compress(packed(*(line(number) for number in range(1, 300))))[:-200]
    headers = NDJSON | {"content-encoding": "gzip"}
    told = results(await town.http.post(PATH, content=body, headers=headers))

    assert told[-1]["problem"]["type"] == "urn:tailboard:problem:bad-stream"
    assert told[-1]["line"] == len(told)
    assert len(stored(town)) == len(told) - 1


async def test_a_few_bytes_that_unpack_to_much_stay_within_the_limit(town: Town) -> None:
    body = gzip.compress(b'{"narrative": "' + b"x" * 50_000_000)
    assert len(body) < 100_000
    headers = NDJSON | {"content-encoding": "gzip"}
    (told,) = results(await town.http.post(PATH, content=body, headers=headers))

    assert told["problem"]["status"] == 413


async def test_another_packing_is_refused(town: Town) -> None:
    headers = NDJSON | {"content-encoding": "br"}
    answer = await town.http.post(PATH, content=packed(line(1)), headers=headers)

    assert answer.status_code == 415
    assert answer.headers["content-type"] == "application/problem+json"


async def test_without_a_key_nothing_is_read(town: Town) -> None:
    headers = NDJSON | {"Authorization": ""}
    answer = await town.http.post(PATH, content=packed(line(1)), headers=headers)

    assert answer.status_code == 401
    assert stored(town) == []


async def test_while_the_streams_are_away_every_line_says_so(town: Town) -> None:
    town.journal.reachable = False
    body = packed(*(line(number) for number in range(1, 100)))
    told = results(await town.http.post(PATH, content=body, headers=NDJSON))

    assert len(told) == 99
    assert {each["problem"]["status"] for each in told} == {503}

    town.journal.reachable = True
    again = results(await town.http.post(PATH, content=body, headers=NDJSON))
    assert {each["status"] for each in again} == {"created"}


async def test_a_later_line_does_not_overtake_one_that_could_not_be_stored(town: Town) -> None:
    trouble = [Transient("away for a moment")]
    write = town.journal.append

    async def append(*told: Any, **more: Any) -> Any:
        if trouble:
            raise trouble.pop()
        return await write(*told, **more)

    town.journal.append = append  # type: ignore[method-assign]
    body = packed(line(1, units=["E1"]), line(1, units=["E2"]), line(2))
    told = results(await town.http.post(PATH, content=body, headers=NDJSON))

    assert [each.get("problem", {}).get("status") for each in told[:2]] == [503, 503]
    assert told[2]["status"] == "created"
    assert [each.number for each in stored(town)] == ["26-2"]


class Caller:
    """A sender that sends and reads as it likes, which httpx in memory cannot."""

    def __init__(self, town: Town) -> None:
        self.to_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.from_server: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        key = town.http.headers["authorization"].encode()
        scope = {
            "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1", "method": "POST", "scheme": "http", "path": PATH,
            "raw_path": PATH.encode(), "query_string": b"", "root_path": "",
            "headers": [(b"authorization", key), (b"content-type", b"application/x-ndjson")],
            "client": ("test", 1), "server": ("town.invalid", 80),
        }  # fmt: skip
        serve: Callable[..., Awaitable[None]] = town.app
        self.serving = asyncio.ensure_future(serve(scope, self.to_server.get, self.from_server.put))

    def say(self, *lines: dict[str, Any]) -> None:
        self.to_server.put_nowait(
            {"type": "http.request", "body": packed(*lines), "more_body": True}
        )

    def hang_up(self) -> None:
        self.to_server.put_nowait({"type": "http.disconnect"})

    async def hear(self) -> bytes:
        async with asyncio.timeout(10):
            message = await self.from_server.get()
        return bytes(message.get("body", b""))


async def test_a_line_is_answered_while_the_sender_still_thinks_about_the_next(town: Town) -> None:
    caller = Caller(town)
    caller.say(line(1))
    assert await caller.hear() == b"", "the answer begins"
    assert json.loads(await caller.hear())["line"] == 1
    assert len(stored(town)) == 1

    caller.say(line(2))
    assert json.loads(await caller.hear())["line"] == 2
    caller.hang_up()
    await caller.serving


async def test_when_the_sender_hangs_up_nothing_more_is_read(town: Town) -> None:
    caller = Caller(town)
    caller.say(line(1), line(2))
    caller.hang_up()
    caller.say(line(3))
    async with asyncio.timeout(10):
        await caller.serving

    assert sorted(each.number or "" for each in stored(town)) == ["26-1", "26-2"]


async def test_half_a_line_of_a_sender_who_hung_up_is_no_report(town: Town) -> None:
    caller = Caller(town)
    whole = packed(line(1))
    half = b'{"incident_type": "Vehicle lockout"}'
    caller.to_server.put_nowait({"type": "http.request", "body": whole + half, "more_body": True})
    caller.hang_up()
    async with asyncio.timeout(10):
        await caller.serving

    assert len(stored(town)) == 1
