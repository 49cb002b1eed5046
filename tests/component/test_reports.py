"""Reports as a program lead reads them: JSON, CSV, PDF and page say the same."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from services.runtime.auth import KeyRole, add_key
from tests.unit.audit.desk import Desk
from tests.unit.audit.story import AGENCY, START, Story

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

LEAD = KeyRole.PROGRAM_LEAD.value
KINDS = (
    "response-times?span=2026",
    "impact?span=2026",
    "training?on=2026-03-01",
    "roi?programme_cost=40000&replacement_cost=50000&stay_low=0.5&stay_high=2",
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk.at(tmp_path)
    desk.clock.at = START + timedelta(days=120)
    for role in (KeyRole.PROGRAM_LEAD, KeyRole.AUDITOR, KeyRole.MHP_LEAD, KeyRole.COMMAND):
        desk.keys[role.value] = add_key(tmp_path / "keys.json", role.value, AGENCY, role)
    return desk


async def lived(desk: Desk, cases: int = 5) -> None:
    for number in range(cases):
        story = Story(desk.journal, number=f"F{number}")
        await story.whole()
        await story.lived()


async def get(desk: Desk, path: str, **headers: str) -> httpx.Response:
    await lived(desk)
    async with desk.running() as app, desk.client(app, LEAD) as client:
        return await client.get(f"/v1/reports/{path}", headers=headers)


def pdf_text(content: bytes) -> str:
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split()
    )


@pytest.mark.parametrize("kind", KINDS)
async def test_every_form_says_what_the_others_say(desk: Desk, kind: str) -> None:
    await lived(desk)
    async with desk.running() as app, desk.client(app, LEAD) as client:
        told = (await client.get(f"/v1/reports/{kind}")).json()
        sheet = await client.get(f"/v1/reports/{kind}&format=csv")
        paper = await client.get(f"/v1/reports/{kind}", headers={"accept": "application/pdf"})
    name = kind.partition("?")[0]
    assert told["kind"] == name
    for answer, ending in ((sheet, "csv"), (paper, "pdf")):
        found = answer.headers["content-disposition"]
        assert found.startswith(f'attachment; filename="tailboard-{name}-')
        assert found.endswith(f'.{ending}"')
    cells = [
        cell for line in csv.reader(io.StringIO(sheet.content.decode("utf-8-sig"))) for cell in line
    ]
    assert told["lead"] in cells
    text = pdf_text(paper.content)
    assert told["title"] in text
    assert told["lead"] in text
    for table in told["tables"]:
        for row in table["rows"]:
            assert row[0] in text
            assert row[-1] in text
    root = PdfReader(io.BytesIO(paper.content)).root_object
    assert "/StructTreeRoot" in root, "tagged: a screen reader finds headings and tables"
    assert str(root["/Lang"]) == "en"


async def test_response_times_are_those_of_the_page_and_tell_no_small_count_of_check_ins(
    desk: Desk,
) -> None:
    told = (await get(desk, "response-times?span=2026-03")).json()
    assert (
        told["lead"] == "Half of the teams were complete within 31 min; 5 of 5 made their target."
    )
    clocks = {row[0]: row[1:] for row in told["tables"][0]["rows"]}
    assert clocks["Team complete"][:2] == ["5", "31 min"]
    assert clocks["Check-in done"][0] == "at least 40"
    assert set(clocks["Check-in done"][1:]) == {"not told"}
    for table in told["tables"][1:]:
        assert all(row[0] != "Check-in done" for row in table["rows"])


async def test_a_span_with_few_cases_has_no_clock(desk: Desk) -> None:
    await lived(desk, 4)
    async with desk.running() as app, desk.client(app, LEAD) as client:
        told = (await client.get("/v1/reports/response-times?span=2026")).json()
    assert "Team complete" not in str(told["tables"])
    assert told["lead"] == "Fewer than 5 teams in this span, or none: no time is told."


async def test_an_attestation_is_as_of_its_day(desk: Desk) -> None:
    answer = await get(desk, "training?on=2027-01-01")
    assert answer.status_code == 422
    assert "on:" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("impact?span=latest", "span"),
        ("roi?programme_cost=1&stay_low=2&stay_high=1", "stay_high"),
        ("roi?programme_cost=1&stay_low=1&stay_high=1", "replacement_cost"),
        ("roi", "programme_cost"),
        ("impact?format=docx", "format"),
    ],
)
async def test_what_does_not_fit_names_its_field(desk: Desk, path: str, field: str) -> None:
    answer = await get(desk, path)
    assert answer.status_code == 422
    assert field in answer.text


async def test_an_unknown_exercise_is_no_report(desk: Desk) -> None:
    assert (await get(desk, "drill?case_id=abcdef12")).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
async def test_every_report_is_a_page(desk: Desk, kind: str) -> None:
    await Story(desk.journal).whole()
    async with desk.running() as app, desk.client(app, LEAD) as client:
        lead = (await client.get(f"/v1/reports/{kind}")).json()["lead"]
        await client.post("/sign-in", data={"key": client.headers["authorization"].split()[1]})
        page = await client.get(f"/reports/{kind}")
        listed = await client.get("/reports")
        again = [await client.get(f"/reports/{each}") for each in ("drill", "roi")]
    assert all("Cost and return" in each.text for each in again), (
        "the forms, while nothing is given"
    )
    assert page.status_code == listed.status_code == 200, page.text
    assert lead in page.text
    assert "format=pdf" in page.text


@pytest.mark.parametrize("role", ["auditor", "mhp_lead", "program_lead", "command"])
async def test_command_reads_clocks_and_impact_only(desk: Desk, role: str) -> None:
    async with desk.running() as app, desk.client(app, role) as client:
        answers = {
            k.partition("?")[0]: (await client.get(f"/v1/reports/{k}")).status_code for k in KINDS
        }
    rest = 403 if role == "command" else 200
    assert answers == {"response-times": 200, "impact": 200, "training": rest, "roi": rest}


async def test_another_agency_has_a_report_of_its_own(desk: Desk) -> None:
    story = Story(desk.journal)
    await story.whole()
    async with desk.running() as app, desk.client(app, "elsewhere") as client:
        told = (await client.get("/v1/reports/response-times?span=2026")).json()
    assert told["tables"] == []
