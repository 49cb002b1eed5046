"""`tailboard refer`, `resources` and `exception` against the real services, and what HTTP answers."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from schemas.referrals import ReferralOffered
from schemas.subjects import Stream
from services.cli.__main__ import run
from services.cli.stop import EXIT_INPUT, EXIT_REFUSED
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.served import served
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PLACES = """\
resource_id,organisation,category,public_line,web,hours,disciplines,confirmed_on,colour
eap-north,Northside Assistance,eap,'+1 555 0100,,Mon to Fri,fire ems,2026-03-01,blue
dr-hall,Hall Street Clinic,clinician,,https://hall.example.org,,,,
"""


@dataclass
class Typed:
    """Commands typed against the town behind a real port, and what they said last."""

    town: Town
    folder: Path
    capsys: pytest.CaptureFixture[str]
    said: str = ""
    warned: str = ""

    async def type(self, *words: str) -> int:
        self.capsys.readouterr()
        code = await asyncio.to_thread(run, list(words))
        self.said, self.warned = self.capsys.readouterr()
        return code


@pytest.fixture
async def terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Typed]:
    monkeypatch.setenv("TAILBOARD_DATA_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("TAILBOARD_JURISDICTION", "california")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "places.csv").write_text(PLACES)
    async with a_town(tmp_path) as town, served(town.app) as url:
        key = town.http.headers["Authorization"].removeprefix("Bearer ")
        monkeypatch.setenv("TAILBOARD_API_KEY", key)
        monkeypatch.setenv("TAILBOARD_URL", url)
        yield Typed(town, tmp_path, capsys)


async def test_places_are_tried_imported_exported_and_confirmed(terminal: Typed) -> None:
    assert await terminal.type("resources", "import", "places.csv", "--dry-run") == 0
    assert "'colour' is not known" in terminal.warned
    assert "would be listed 2, would be removed 0, unchanged 0" in terminal.said
    await terminal.type("resources", "list")
    assert "eap-north" not in terminal.said
    assert re.search(r"lifeline-988 .*comes with Tailboard", terminal.said)

    assert await terminal.type("resources", "import", "places.csv") == 0
    assert "listed 2, removed 0, unchanged 0" in terminal.said
    assert await terminal.type("resources", "export", "--out", "again.csv") == 0
    assert await terminal.type("resources", "import", "again.csv") == 0
    assert "listed 0, removed 0, unchanged 2" in terminal.said
    assert await terminal.type("resources", "confirm", "dr-hall", "--on", "2026-03-01") == 0
    await terminal.type("resources", "list")
    assert re.search(r"dr-hall .*2026-03-01", terminal.said)

    (terminal.folder / "one.csv").write_text("\n".join(PLACES.splitlines()[:2]))
    assert await terminal.type("resources", "import", "one.csv", "--whole") == 0
    assert "dr-hall: removed" in terminal.said
    assert await terminal.type("resources", "remove", "eap-north") == 0
    assert await terminal.type("resources", "remove", "eap-north") == EXIT_REFUSED
    assert "no such place" in terminal.warned


async def test_every_problem_of_a_file_is_told_by_its_row_and_nothing_changes(
    terminal: Typed,
) -> None:
    bad = PLACES + "no-way,Nowhere,eap,,,,,,\neap-north,Twice,bank,12,,,,tomorrow,\n"
    bad += "eap-north,Twice,eap,12,,,,,\n"
    (terminal.folder / "bad.csv").write_text(bad)
    assert await terminal.type("resources", "import", "bad.csv") == EXIT_INPUT
    assert "row 4, the row: Value error, a place needs a public_line" in terminal.warned
    assert "row 5, category: Input should be 'eap'" in terminal.warned
    assert "row 5, confirmed_on: Input should be a valid date" in terminal.warned
    assert "row 6, resource_id: stands in row 2 already" in terminal.warned
    assert "4 problems, nothing was changed" in terminal.warned
    (terminal.folder / "none.csv").write_text("name,phone\n")
    assert await terminal.type("resources", "import", "none.csv") == EXIT_INPUT
    assert "no column 'resource_id'" in terminal.warned
    (terminal.folder / "ours.csv").write_text(PLACES.replace("dr-hall", "lifeline-988"))
    assert await terminal.type("resources", "import", "ours.csv") == EXIT_REFUSED
    assert "lifeline-988 is the id of a place that comes with Tailboard" in terminal.warned
    await terminal.type("resources", "list", "--json")
    assert {each["built_in"] for each in json.loads(terminal.said)} == {True}


async def test_an_exception_is_recorded_told_and_its_notice_sent(terminal: Typed) -> None:
    assert await terminal.type("exception", "law") == 0
    assert "California (california, version" in terminal.said
    assert "no lawyer has read it" in terminal.said
    assert re.search(r"crime_to_prevent .*8669\.20.* yes", terminal.said)

    done = await terminal.type("exception", "record", "child_abuse", "--told", "mhp_lead")
    assert done == 0
    reference = re.findall(r"reference: (n-\S+)", terminal.said)[0]
    assert "written notice: to send by" in terminal.said
    assert await terminal.type("exception", "told", reference, "counsel") == 0
    assert "told: mhp_lead, counsel" in terminal.said
    assert await terminal.type("exception", "notice", reference) == 0
    assert "Law: Cal. Gov. Code 8669.20 (fire), 8669.84 (EMS)" in terminal.said
    assert await terminal.type("exception", "sent", reference) == 0
    assert await terminal.type("exception", "show", reference) == 0
    assert "written notice: sent" in terminal.said

    assert await terminal.type("exception", "record", "crime") == EXIT_REFUSED
    assert "no exception under the law" in terminal.warned
    assert await terminal.type("exception", "record", "gossip") == EXIT_REFUSED
    assert "category: Input should be" in terminal.warned
    unknown = f"n-{reference[2:-1]}{'0' if reference[-1] != '0' else '1'}"
    assert await terminal.type("exception", "show", unknown) == EXIT_REFUSED
    assert "Nothing of this reference" in terminal.warned


async def test_a_referral_is_recorded_on_its_own_and_with_an_outcome(terminal: Typed) -> None:
    assert await terminal.type("refer", "eap", "--by", "mhp") == 0
    assert await terminal.type("refer", "bank") == EXIT_REFUSED
    assert "category: Input should be" in terminal.warned
    assert await terminal.type("refer", "eap", "--at", "2999-01-01T00:00Z") == EXIT_REFUSED
    assert "lies ahead" in terminal.warned

    town = terminal.town
    case = await town.report(**PEDIATRIC_DEATH)
    path = f"/v1/cases/{case['case_id']}/items/one-on-one-responders/done"
    body = {"outcome": "referral", "referrals": ["clinician", "eap"], "referred_by": "peer"}
    answer = await town.http.post(path, json=body)
    assert answer.status_code == 204, answer.text
    await town.http.post(path, json=body)
    found = [
        told.event
        for told in town.journal.all(Stream.FOLLOWUP)
        if isinstance(told.event, ReferralOffered)
    ]
    assert [each.category.value for each in found] == ["eap", "clinician", "eap"]
    assert [each.item for each in found[1:]] == ["one-on-one-responders"] * 2
    wrong = await town.http.post(path, json={"referrals": ["eap"], "outcome": "no_further"})
    assert wrong.status_code == 422
