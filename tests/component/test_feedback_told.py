"""What a program sees of anonymous feedback: whole quarters once they are closed, and no small count."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from schemas.feedback import Answer, FeedbackCounted, Question, SupportKind
from schemas.subjects import Entity, Stream, apart_id_for, derived_id
from services.cli.__main__ import run
from services.runtime.auth import KeyRole, add_key
from tests.support.builders import a_draft
from tests.support.served import served
from tests.unit.audit.desk import Desk
from tests.unit.audit.story import AGENCY, START

if TYPE_CHECKING:
    from pathlib import Path

LEDGER = Entity(Stream.FOLLOWUP, AGENCY, apart_id_for(derived_id(AGENCY, "feedback")))
SHOWN = START + timedelta(days=40)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk.at(tmp_path)
    desk.keys["lead"] = add_key(tmp_path / "keys.json", "lead", AGENCY, KeyRole.OPERATOR)
    return desk


async def count(
    desk: Desk, week: str, kind: SupportKind, yes: int, no: int, quarter: str = "2026-q1"
) -> None:
    said = {Answer.YES: yes, Answer.NO: no}
    event = FeedbackCounted(
        kind=kind,
        quarter=quarter,
        batch=week,
        count=yes + no,
        tallies=dict.fromkeys(Question, said),
        shown_from=SHOWN,
    )
    version = (await desk.journal.load(LEDGER)).version
    draft = a_draft(event, LEDGER, derived_id(week, kind, quarter))
    await desk.journal.append([draft], [], version)


async def told(desk: Desk, path: str = "/v1/feedback") -> Any:
    async with desk.running() as app, desk.client(app, "lead") as client:
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def test_a_quarter_is_told_once_it_takes_no_more_answers(desk: Desk) -> None:
    await count(desk, "2026-w10", SupportKind.GROUP, 6, 0)
    await count(desk, "2026-w11", SupportKind.GROUP, 7, 1)

    assert (await told(desk))["quarters"] == []
    desk.clock.at = SHOWN
    (quarter,) = (await told(desk))["quarters"]
    assert quarter["quarter"] == "2026-q1"
    group, one_on_one, request = quarter["kinds"]
    assert group["count"] == 14
    for asked in group["questions"]:
        shown = asked["answers"]
        assert shown == {"yes": None, "partly": None, "no": None, "not_said": None}, (
            "13 beside a total of 14 would say that one said no"
        )
    assert one_on_one["count"] is request["count"] is None
    assert one_on_one["questions"] == request["questions"] == []


async def test_no_two_totals_differ_by_a_small_kind(desk: Desk) -> None:
    await count(desk, "2026-w10", SupportKind.GROUP, 20, 5)
    await count(desk, "2026-w10", SupportKind.REQUEST, 3, 0)
    desk.clock.at = SHOWN

    everything = await told(desk)
    (quarter,) = everything["quarters"]
    assert set(quarter) == {"quarter", "kinds"}, "no total over all kinds"
    by_kind = {each["kind"]: each["count"] for each in quarter["kinds"]}
    assert by_kind == {"group": 25, "one_on_one": None, "request": None}
    group = quarter["kinds"][0]
    assert group["questions"][0]["answers"] == {
        "yes": 20,
        "partly": None,
        "no": 5,
        "not_said": None,
    }
    assert not re.search(r"\b[1-4]\b", re.sub(r"2026-q\d|https?://\S+", "", str(quarter)))


async def test_the_links_name_a_quarter_and_a_kind_and_nobody(desk: Desk) -> None:
    links = {each["kind"]: each["url"] for each in (await told(desk))["links"]}

    assert {url.partition("/feedback/")[2] for url in links.values()} == {
        "2026-q1/group",
        "2026-q1/one_on_one",
        "2026-q1/request",
    }


async def test_a_key_that_only_reports_sees_nothing_of_it(desk: Desk) -> None:
    async with desk.running() as app:
        for who, status in ((None, 401), (AGENCY, 403), ("elsewhere", 403)):
            async with desk.client(app, who) as client:
                assert (await client.get("/v1/feedback")).status_code == status


async def test_the_console_and_the_command_line_tell_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await count(desk, "2026-w10", SupportKind.GROUP, 20, 5)
    desk.clock.at = SHOWN
    async with desk.running() as app, desk.client(app, "lead") as client, served(app) as url:
        await client.post("/sign-in", data={"key": desk.keys["lead"]})
        shown = await client.get("/answers")
        assert shown.status_code == 200
        assert "25 answered" in shown.text
        assert "<td>20</td>" in shown.text
        assert shown.text.count("<svg") >= 3
        assert "fewer than 5 answered" in shown.text
        monkeypatch.setenv("TAILBOARD_URL", url)
        monkeypatch.setenv("TAILBOARD_API_KEY", desk.keys["lead"])
        assert await asyncio.to_thread(run, ["feedback"]) == 0
        said = capsys.readouterr().out
        assert "2026-q1: Talks of a crew, 25 answered" in said
        assert "fewer than 5 answered" in said
        assert await asyncio.to_thread(run, ["feedback", "link", "request", "--qr"]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].endswith("/request")
        assert len(lines) > 10, "and the code is drawn"


def test_the_start_is_in_the_first_quarter() -> None:
    assert datetime(2026, 1, 1, tzinfo=UTC) < START < datetime(2026, 4, 1, tzinfo=UTC)
