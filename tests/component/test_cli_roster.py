"""`tailboard roster` against a real Tailboard: a file in and out again, every step, every exit code."""

from __future__ import annotations

import asyncio
import csv
import json
import re
import stat
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from schemas.policy import Role
from services.cli.__main__ import run
from services.cli.roster_file import read_roster
from services.cli.stop import EXIT_INPUT, EXIT_REFUSED
from services.dispatch.edge.roster_csv import COLUMNS, CONTACT, example
from tests.support.fake_api import free_port
from tests.support.served import served
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.town import Town

OLD = (
    *("member_id", "role", "discipline", "station", "units", "designated_from"),
    *("training_valid_until", "contact_confirmed_on", "email", "phone", "label"),
)
PEER = "peer,fire,st-1,E1,2024-01-01,2027-01-01,2026-03-01"


@dataclass
class Desk:
    """A town and a terminal at which somebody types."""

    town: Town
    folder: Path
    shown: pytest.CaptureFixture[str]
    out: str = ""
    err: str = ""

    async def type(self, *words: str) -> int:
        """Run `tailboard roster WORDS`; its exit code. What it said is kept."""
        code = await asyncio.to_thread(run, ["roster", *words])
        self.out, self.err = self.shown.readouterr()
        for secret in ("very.secret", "5550147"):
            assert secret not in self.err
        return code

    async def members(self) -> dict[str, dict[str, Any]]:
        told = (await self.town.http.get("/v1/roster/members")).json()
        return {each["member_id"]: each for each in told["members"]}

    def file(self, *rows: str, heading: tuple[str, ...] = OLD) -> str:
        path = self.folder / "members.csv"
        path.write_text("\n".join([",".join(heading), *rows]) + "\n", encoding="utf-8")
        return str(path)


@pytest.fixture
async def desk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Desk]:
    async with a_desk(tmp_path, capsys, monkeypatch) as ready:
        yield ready


@asynccontextmanager
async def a_desk(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Desk]:
    async with a_town(folder, alone=True) as town, served(town.app) as url:
        monkeypatch.setenv("TAILBOARD_URL", url)
        key = str(town.http.headers["authorization"]).removeprefix("Bearer ")
        monkeypatch.setenv("TAILBOARD_API_KEY", key)
        monkeypatch.setenv("COLUMNS", "200")
        monkeypatch.setenv("TZ", "UTC")
        yield Desk(town, folder, capsys)


async def test_a_file_of_the_first_release_still_works(desk: Desk) -> None:
    path = desk.file(f"p-01,{PEER},very.secret@phones.invalid,,Very Secret")
    assert await desk.type("import", path, "--dry-run") == 0
    assert "p-01" in desk.out
    assert "added" in desk.out
    assert await desk.members() == {}

    assert await desk.type("import", path) == 0
    assert desk.out == "1 member added, 0 changed, 0 as before\n"
    assert await desk.type("import", path) == 0
    assert desk.out == "0 members added, 0 changed, 1 as before\n"
    assert await desk.type("list") == 0
    assert "secret" not in desk.out.lower()
    assert (await desk.members())["p-01"]["units"] == ["E1"]


async def test_a_dry_run_shows_each_change_against_the_server(desk: Desk) -> None:
    await desk.type("import", desk.file(*(f"p-0{n},{PEER},p@phones.invalid,," for n in (1, 2, 3))))
    path = desk.file(
        f"p-01,{PEER},p@phones.invalid,,",
        f"p-02,{PEER.replace('st-1', 'st-9')},very.secret@phones.invalid,,",
        f"p-04,{PEER},p@phones.invalid,,",
    )
    assert await desk.type("import", path, "--dry-run") == 0
    lines = {line.split()[1]: line for line in desk.out.splitlines() if " p-0" in line}
    assert "p-01" not in lines
    assert "1 member unchanged" in desk.out
    assert "station: st-1 -> st-9" in lines["p-02"]
    assert "added" in lines["p-04"]
    assert "contact.email" in desk.out
    assert "very.secret" not in desk.out
    assert "not in the file, and left as they are: p-03" in desk.out
    assert desk.out.endswith("nothing was changed\n")
    assert (await desk.members())["p-02"]["station"] == "st-1"


async def test_one_bad_row_keeps_the_whole_file_out(desk: Desk) -> None:
    path = desk.file(f"p-01,{PEER},p@phones.invalid,,", f"p-02,{PEER},very.secret,,")
    assert await desk.type("import", path) == EXIT_INPUT
    assert "row 3: email: an e-mail address looks like name@example.org" in desk.err
    assert "1 problem, so nothing was changed" in desk.err
    assert await desk.members() == {}


async def test_without_a_server_the_file_is_checked_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAILBOARD_URL", f"http://127.0.0.1:{free_port()}")
    path = desk.file(f"p-01,{PEER},p@phones.invalid,,")
    assert await desk.type("import", path, "--dry-run") == EXIT_REFUSED
    assert "the file itself is in order, and nothing was changed" in desk.err
    assert "cannot be reached" in desk.err


async def test_what_only_the_server_knows_is_told_by_row_too(desk: Desk) -> None:
    heading = (*OLD[:8], "designated_until")
    path = desk.file(f"p-01,{PEER},2020-01-01", heading=heading)
    assert await desk.type("import", path) == EXIT_INPUT
    assert "row 2: designated_until: it lies before designated_from" in desk.err
    path = desk.file(f"p-01,{PEER},", heading=heading)
    assert await desk.type("import", path) == EXIT_INPUT
    assert "row 2: contact: Field required" in desk.err


async def test_a_column_that_is_mistyped_is_named(desk: Desk) -> None:
    path = desk.file(f"p-01,{PEER},p@phones.invalid,,,es", heading=(*OLD, "langauges"))
    assert await desk.type("import", path) == 0
    assert "the column 'langauges' is not known and was left out: did you mean" in desk.err


async def test_columns_that_a_file_does_not_have_stay_as_they_are(desk: Desk) -> None:
    heading = (*OLD, "languages", "page_name")
    path = desk.file(f"p-01,{PEER},p@phones.invalid,+12025550147,,es en,Demo", heading=heading)
    assert await desk.type("import", path) == 0
    assert await desk.type("import", desk.file(f"p-01,{PEER}", heading=OLD[:8])) == 0
    assert desk.out == "0 members added, 0 changed, 1 as before\n"
    member = (await desk.members())["p-01"]
    assert member["languages"] == ["es", "en"]
    told = await desk.town.http.get("/v1/roster/export.csv?contacts=true")
    assert "+12025550147" in told.text


async def test_an_export_is_taken_again_word_for_word(desk: Desk, tmp_path: Path) -> None:
    contact = {"label": "=1+1", "email": "very.secret@phones.invalid", "phone": "+12025550147"}
    await desk.town.enroll(
        "p-1",
        Role.PEER,
        contact=contact | {"apprise": ["ntfy://demo"], "order": ["sms", "email"]},
        profile={"name": "@Demo", "bio": 'Two\nlines, and "quotes"; -1'},
        units=["E 1", "+M1"],
        languages=["es"],
        competencies=[
            {"kind": "icisf_group", "earned_on": "2024-06-01"},
            {"kind": "in_service", "earned_on": "2024-07-01", "valid_until": "2026-06-30"},
            {"kind": "in_service", "earned_on": "2025-07-01"},
        ],
        supervises=["E2"],
        close_to=["M3"],
        peer_nominated=True,
        on_team_page=True,
        designated_until="2029-12-31",
    )
    path = tmp_path / "out.csv"
    assert await desk.type("export", str(path), "--with-contacts") == 0
    assert "CONFIDENTIAL" in desk.out
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert await desk.type("import", str(path), "--dry-run") == 0
    assert desk.out == "1 member unchanged\nnothing was changed\n"

    before = (await desk.town.http.get("/v1/roster/export.csv?contacts=true")).text
    async with a_town(tmp_path / "other", alone=True) as other:
        (row,) = read_roster(path).rows.values()
        answer = await other.http.patch("/v1/roster/members/p-1", json=row.part())
        assert answer.status_code == 204, answer.text
        assert (await other.http.get("/v1/roster/export.csv?contacts=true")).text == before


async def test_an_export_without_contacts_names_nobody(desk: Desk, tmp_path: Path) -> None:
    await desk.type("import", desk.file(f"p-01,{PEER},very.secret@phones.invalid,,Very Secret"))
    path = tmp_path / "plain.csv"
    assert await desk.type("export", str(path)) == 0
    assert "secret" not in path.read_text().lower()
    assert await desk.type("export") == 0
    rows = list(csv.DictReader(desk.out.splitlines()))
    assert rows[0]["member_id"] == "p-01"
    assert not {*CONTACT} & {*rows[0]}


async def test_the_template_is_a_file_that_works(desk: Desk, tmp_path: Path) -> None:
    assert await desk.type("template") == 0
    assert desk.out == example()
    assert tuple(desk.out.splitlines()[0].split(",")) == COLUMNS
    path = tmp_path / "members.csv"
    path.write_text(desk.out)
    assert await desk.type("import", str(path)) == 0
    assert (await desk.members())["p-01"]["competencies"][1]["valid_until"] == "2027-05-01"


async def test_a_check_fails_only_when_something_bites_today(desk: Desk) -> None:
    await desk.town.enroll_team(peers=4, mhps=2)
    assert await desk.type("check") == 0
    assert desk.out == "nothing keeps anybody from being asked\n"

    await desk.town.enroll("p-1", Role.PEER, training_valid_until="2026-03-22")
    assert await desk.type("check") == 0
    assert "training ends in 20 d (2026-03-22)" in desk.out

    await desk.town.enroll("p-2", Role.PEER, training_valid_until="2026-03-01")
    assert await desk.type("check") == EXIT_REFUSED
    assert "training lapsed" in desk.out
    assert "too few: peer, 3 of at least 4 can be asked" in desk.out
    assert await desk.type("check", "--json") == EXIT_REFUSED
    assert json.loads(desk.out)["bites"]


async def test_who_was_designated_by_day_role_and_language(desk: Desk) -> None:
    await desk.town.enroll("p-1", Role.PEER, languages=["es"], designated_from="2025-01-01")
    await desk.town.enroll("m-1", Role.MHP, designated_from="2026-01-01")
    for words, found in (
        ((), ["m-1", "p-1"]),
        (("--role", "mhp"), ["m-1"]),
        (("--language", "es"), ["p-1"]),
        (("--on", "2025-06-01"), ["p-1"]),
    ):
        assert await desk.type("who", *words) == 0
        assert re.findall(r"[mp]-1", desk.out) == found
    assert await desk.type("who", "--on", "2020-01-01") == 0
    assert desk.out == "nobody like that was designated on 2020-01-01\n"
    assert await desk.type("who", "--on", "yesterday") == EXIT_INPUT
    assert await desk.type("who", "--role", "friend") == EXIT_INPUT
    assert "use peer, mhp" in desk.err


async def test_each_small_step(desk: Desk) -> None:
    await desk.town.enroll("p-1", Role.PEER, contact_confirmed_on="2026-01-01")

    async def reasons() -> list[str]:
        found: list[str] = (await desk.members())["p-1"]["reasons"]
        return found

    assert await desk.type("mute", "p-1", "--for", "3d") == 0
    assert (await desk.members())["p-1"]["muted_until"] == "2026-03-05T03:00:00Z"
    assert await desk.type("mute", "p-1", "--until", "2026-03-09") == 0
    assert (await desk.members())["p-1"]["muted_until"] == "2026-03-09T00:00:00Z"
    assert await desk.type("unmute", "p-1") == 0
    assert await desk.type("confirm", "p-1", "--on", "2026-02-01") == 0
    assert (await desk.members())["p-1"]["contact_confirmed_on"] == "2026-02-01"
    assert await desk.type("confirm", "p-1") == 0
    assert await desk.type("stand-down", "p-1", "--reason", "rest") == 0
    assert await reasons() == ["stood_down"]
    assert await desk.type("return", "p-1") == 0
    assert await reasons() == []
    assert await desk.type("leave", "p-1", "--on", "2026-03-01") == 0
    assert await reasons() == ["designation_ended"]
    assert await desk.type("erase", "p-1", "--yes") == 0
    assert await reasons() == ["designation_ended", "stood_down"]


async def test_what_is_mistyped_is_answered_in_one_line(desk: Desk) -> None:
    for words, said in (
        (("mute", "p-1"), "either --for 3d or --until 2026-03-09"),
        (("mute", "p-1", "--for", "3d", "--until", "2026-03-09"), "either --for"),
        (("mute", "p-1", "--for", "soon"), "write hours, days or weeks"),
        (("mute", "p-1", "--until", "soon"), "--until: write 2026-03-09"),
        (("leave", "p-1", "--on", "soon"), "--on: write a day as 2026-03-02"),
        (("invite",), "name one member"),
        (("invite", "p-1", "--all"), "name one member"),
    ):
        assert await desk.type(*words) == EXIT_INPUT, words
        assert said in desk.err
    assert await desk.type("confirm", "p-9") == EXIT_REFUSED
    assert "not on the roster" in desk.err


async def test_everybody_on_the_team_gets_their_link(desk: Desk) -> None:
    await desk.town.enroll_team(peers=2, mhps=1)
    await desk.town.http.post("/v1/roster/members/p-2/leave", json={"on": "2026-03-01"})
    assert await desk.type("invite", "p-1") == 0
    desk.town.phones.expect_text("p-1", "your page on the team")

    await desk.town.http.delete("/v1/roster/members/m-1/contact")
    assert await desk.type("invite", "--all") == EXIT_REFUSED
    assert desk.out == "2 links sent\n"
    assert "m-1: Nothing is on file" in desk.err
    assert "1 link did not go out" in desk.err
    desk.town.phones.expect_text("c-1", "your page on the team")
    desk.town.phones.assert_silent("p-2")
