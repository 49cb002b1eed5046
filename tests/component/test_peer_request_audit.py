"""What command sees of members' own requests: that one waits, whole months, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from schemas.requests import PeerRequested
from schemas.subjects import Stream
from services.audit import tables
from services.audit.store import Store
from services.audit.views.open_work import Which
from services.runtime.auth import KeyRole, add_key
from tests.support.town import Town, a_town
from tests.unit.audit.desk import Desk

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ROUTINE = {"incident_number": "26-1", "incident_type": "Vehicle lockout"}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as running:
        await running.enroll_team(peers=8, mhps=2)
        yield running


def desk_of(town: Town, tmp_path: Path) -> Desk:
    """Audit on the town's own streams, looked at by its own operator."""
    folder = tmp_path / "audit"
    folder.mkdir(exist_ok=True)
    desk = Desk.at(folder)
    desk.settings = desk.settings.model_copy(update={"agency": "metro", "demo": True})
    desk.keys["metro"] = add_key(folder / "keys.json", "chief", "metro", KeyRole.OPERATOR)
    desk.journal, desk.clock = town.journal, town.clock  # type: ignore[assignment]
    return desk


async def ask(town: Town, **fields: Any) -> str:
    answer = await town.http.post("/v1/peer-requests", json={"callback": "station 4"} | fields)
    assert answer.status_code == 201
    await town.settle()
    return str(answer.json()["status_url"])


async def look(desk: Desk, *paths: str) -> list[Any]:
    async with desk.running() as app, desk.client(app, "metro") as client:
        return [await client.get(path) for path in paths]


async def test_a_request_is_nowhere_among_the_cases(town: Town, tmp_path: Path) -> None:
    await ask(town)
    await ask(town, emergency=True)
    for owner in town.phones.asked():
        await town.accept(owner)
    await town.report(**ROUTINE)
    ids = [e.entity.id for e in town.journal.all(Stream.DISPATCH) if e.entity.is_request]
    assert len(set(ids)) == 2
    desk = desk_of(town, tmp_path)

    async with desk.reading() as reader:
        listed = await reader.cases("metro", Which.ALL, 100)
        lines = await reader.since("metro", 0, None)
    pages = [
        "/",
        "/cases?state=all",
        "/cases?state=open",
        f"/cases/{ids[0]}",
        f"/cases?find={ids[0]}",
    ]
    pages_shown = [page.text for page in await look(desk, *pages)]

    assert [case.incident_type for case in listed.cases] == ["Vehicle lockout"]
    assert listed.counts.open == 0
    assert {line.case_id for line in lines} == {listed.cases[0].case_id}
    for shown in pages_shown:
        assert "raised" not in shown
        assert not any(f"/cases/{known}" in shown for known in ids)
    assert "There is no such case" in pages_shown[3]
    assert "There is no such case" in pages_shown[4]


async def test_the_store_itself_holds_no_member_of_a_request(town: Town, tmp_path: Path) -> None:
    await ask(town)
    await town.accept(town.phones.asked()[0])
    desk = desk_of(town, tmp_path)
    async with desk.reading():
        pass
    store = Store(desk.settings.views)

    def rows(connection: Any) -> dict[str, list[Any]]:
        return {t.name: list(connection.execute(t.select())) for t in tables.metadata.sorted_tables}

    kept = await store.read(rows)
    await store.close()

    for name in ("cases", "entries", "offers", "deliveries", "planned"):
        assert kept[name] == []
    assert len(kept["requests"]) == 1
    assert not any("p-" in str(row) for row in (*kept["requests"], *kept["answers"]))


async def test_that_one_waits_is_said_without_a_detail(town: Town, tmp_path: Path) -> None:
    desk = desk_of(town, tmp_path)
    await ask(town)
    (calm,) = await look(desk, "/v1/requests")
    assert calm.json()["waiting"] is False

    await town.advance(minutes=31)
    told, board = await look(desk, "/v1/requests", "/")
    assert told.json()["waiting"] is True
    assert "request for a peer is waiting" in board.text

    await town.accept(next(iter(town.phones.asked())))
    told, board = await look(desk, "/v1/requests", "/")
    assert told.json()["waiting"] is False
    assert "request for a peer is waiting" not in board.text


@pytest.mark.parametrize(("asked", "shown"), [(0, None), (4, None), (5, 5), (7, 7)])
async def test_a_month_tells_from_five_on_and_the_running_one_never(
    town: Town, tmp_path: Path, asked: int, shown: int | None
) -> None:
    for number in range(asked):
        await ask(town, callback=f"station {number}", peer="p-1")
        await town.advance(minutes=2)
        await town.accept("p-1")
        await town.http.post(f"{town.phones.link('p-1')}/reached")
        await town.http.post(f"{town.phones.link('p-1')}/done")
    desk = desk_of(town, tmp_path)

    (running,) = await look(desk, "/v1/requests")
    assert all(month["requests"] is None for month in running.json()["months"])
    town.clock.at += timedelta(days=31)
    (whole,) = await look(desk, "/v1/requests")

    months = whole.json()["months"]
    assert len(months) == 12
    assert months[0]["month"] == "2026-03"
    assert months[0]["requests"] == shown
    assert months[0]["median_minutes_to_answer"] == (2 if shown else None)
    assert months[0]["median_minutes_to_callback"] == (2 if shown else None)
    assert {month["requests"] for month in months[1:]} == {None}


async def test_watching_is_not_told_that_somebody_asks(town: Town, tmp_path: Path) -> None:
    desk = desk_of(town, tmp_path)
    async with desk.reading() as reader:
        before = reader.news.latest("metro")
        await ask(town)
        asked = sum(isinstance(e.event, PeerRequested) for e in town.journal.all(Stream.DISPATCH))
        await town.report(**ROUTINE)
        await reader.news.wait("metro", before)
        after = reader.news.latest("metro")
        await town.advance(minutes=31)
        await reader.news.wait("metro", after)
        assert (await reader.requests("metro")).waiting
    assert asked == 1
