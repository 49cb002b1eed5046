"""`tailboard rota` against the real services: what people type, and what it says back."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from services.cli.__main__ import run
from services.cli.stop import EXIT_INPUT, EXIT_REFUSED
from tests.support.served import served
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PEERS = """\
rota: peers-weekly
time_zone: America/New_York
role: peer
layers:
  - members: [p-1, p-2]
    first_handover: 2026-03-02 08:00
    shift: 1 week
  - members: [p-3]
    first_handover: 2026-03-02 18:00
    shift: 1 day
    only:
      - {days: mon-fri, starts: 18:00, ends: 6:00}
"""
SHIFTS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//another program//EN
BEGIN:VEVENT
UID:one
DTSTAMP:20260301T000000Z
SUMMARY:On call: P-2 (covers)
DTSTART;TZID=America/New_York:20260304T080000
DTEND;TZID=America/New_York:20260305T080000
END:VEVENT
BEGIN:VEVENT
UID:a-long-one-that-goes-on-in-the-next-line-
 as-calendar-programs-break-lines-at-75
DTSTAMP:20260301T000000Z
SUMMARY:On call
ATTENDEE;CN=p-4:mailto:someone@example.org
DTSTART;TZID=America/New_York:20260306T080000
DTEND;TZID=America/New_York:20260306T200000
END:VEVENT
END:VCALENDAR
"""


@dataclass
class Typed:
    """Commands typed against the town behind a real port, and what they said last."""

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
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "peers.yaml").write_text(PEERS)
    (tmp_path / "shifts.ics").write_text(SHIFTS)
    async with a_town(tmp_path, alone=True) as town, served(town.app) as url:
        await town.enroll_team(peers=4, mhps=1)
        key = town.http.headers["Authorization"].removeprefix("Bearer ")
        monkeypatch.setenv("TAILBOARD_API_KEY", key)
        monkeypatch.setenv("TAILBOARD_URL", url)
        yield Typed(tmp_path, capsys)


async def test_a_rota_is_tried_set_shown_and_asked(terminal: Typed) -> None:
    assert await terminal.type("rota", "show") == 0
    assert terminal.said.startswith("there is no rota yet")
    assert await terminal.type("rota", "set", "peers.yaml", "--dry-run") == 0
    assert terminal.said.startswith("peers-weekly would be set\n")
    assert "Mon 02 Mar 08:00 - Mon 09 Mar 08:00  p-1\n" in terminal.said
    assert "Mon 02 Mar 18:00 - Tue 03 Mar 06:00  p-3 (2.)\n" in terminal.said
    assert await terminal.type("rota", "show") == 0
    assert terminal.said.startswith("there is no rota yet")

    assert await terminal.type("rota", "set", "peers.yaml") == 0
    assert await terminal.type("rota", "set", "peers.yaml") == 0
    assert terminal.said.startswith("peers-weekly is so already")
    assert await terminal.type("rota", "show", "--week", "2026-03-11") == 0
    assert max(map(len, terminal.said.splitlines())) <= 80
    assert "Mon 09" in terminal.said
    assert "08:00 p-2" in terminal.said
    assert await terminal.type("rota", "who", "--at", "2026-03-03T03:00") == 0
    assert terminal.said.splitlines()[1:] == ["  1. p-1 (peer)", "  2. p-3 (peer)"]
    assert await terminal.type("rota", "export", "peers-weekly") == 0
    (terminal.folder / "again.yaml").write_text(terminal.said)
    assert await terminal.type("rota", "set", "again.yaml") == 0
    assert terminal.said.startswith("peers-weekly is so already")
    assert await terminal.type("rota", "export", "peers-weekly", "--ics") == 0
    assert terminal.said.startswith("BEGIN:VCALENDAR")


async def test_shifts_change_hands_and_back(terminal: Typed) -> None:
    await terminal.type("rota", "set", "peers.yaml")
    stand_in = ("--member", "p-4", "--instead-of", "p-1", "--from", "2026-03-04 08:00")
    assert await terminal.type("rota", "override", "peers-weekly", *stand_in) == EXIT_INPUT
    assert "--until is missing" in terminal.warned
    until = ("--until", "2026-03-05T08:00")
    assert await terminal.type("rota", "override", "peers-weekly", *stand_in, *until) == 0
    short = terminal.said.split()[-1]
    assert await terminal.type("rota", "who", "--at", "2026-03-04T20:00:00+00:00") == 0
    assert "1. p-4 (peer)" in terminal.said
    assert (
        await terminal.type("rota", "override", "peers-weekly", *stand_in, *until) == EXIT_REFUSED
    )
    assert "stood in for then already" in terminal.warned
    assert await terminal.type("rota", "override", "peers-weekly", "--remove", short) == 0
    assert await terminal.type("rota", "override", "peers-weekly", "--remove", short) == EXIT_INPUT

    sides = ("p-1@2026-03-04T12:00", "p-2@2026-03-11T12:00")
    assert await terminal.type("rota", "swap", "peers-weekly", *sides) == 0
    assert await terminal.type("rota", "who", "--at", "2026-03-04T20:00") == 0
    assert "1. p-2 (peer)" in terminal.said
    assert await terminal.type("rota", "swap", "peers-weekly", "p-1", "p-2@x") == EXIT_INPUT
    assert await terminal.type("rota", "end", "peers-weekly") == 0
    assert await terminal.type("rota", "show") == 0
    assert "peers-weekly: has ended" in terminal.said


async def test_what_is_wrong_in_a_file_is_told_by_line_and_field(terminal: Typed) -> None:
    for told, expected in [
        (PEERS.replace("1 week", "a week"), "peers.yaml:7: layers.0.shift: write the length"),
        (PEERS.replace("role: peer", "role: boss"), "peers.yaml:3: role: "),
        (PEERS.replace("p-2", "p-9"), "peers.yaml:5: layers.0.members.1: the roster has no peer p-9"),
        (PEERS.replace("mon-fri", "mon-fry"), "peers.yaml:12: layers.1.only.0.days.0: "),
        (PEERS.replace("6:00}", "6:00, end: 1}"), "peers.yaml:12: "),
        (PEERS.replace("shift: 1 day", "shift: [1"), "peers.yaml:"),
        (PEERS + "colour: red\n", "peers.yaml:13: colour: "),
        ("just words", "write a rota such as this"),
    ]:  # fmt: skip
        (terminal.folder / "peers.yaml").write_text(told)
        assert await terminal.type("rota", "set", "peers.yaml") == EXIT_INPUT
        assert expected in terminal.warned
    assert await terminal.type("rota", "set", "nothing.yaml") == EXIT_INPUT


async def test_gaps_are_told_in_words_and_by_the_exit_code(terminal: Typed) -> None:
    assert await terminal.type("rota", "gaps") == 0
    assert terminal.said.startswith("no gap")
    await terminal.type("rota", "set", "peers.yaml")
    assert await terminal.type("rota", "gaps", "--days", "3") == EXIT_REFUSED
    assert "no mental health professional is on call\n" in terminal.said
    assert "1 gap ahead" in terminal.warned
    assert await terminal.type("rota", "gaps", "--json") == EXIT_REFUSED
    assert json.loads(terminal.said)["gaps"][0]["kind"] == "no_role"


async def test_shifts_of_another_program_become_stand_ins(terminal: Typed) -> None:
    await terminal.type("rota", "set", "peers.yaml")
    take = ("rota", "import", "shifts.ics", "--rota", "peers-weekly")
    assert await terminal.type(*take, "--dry-run") == 0
    lines = [
        "2026-03-04 08:00 - 2026-03-05 08:00  p-2 instead of p-1",
        "2026-03-06 08:00 - 2026-03-06 20:00  p-4 instead of p-1",
    ]
    assert terminal.said.splitlines() == [*lines, "2 shifts read, 2 would be changed"]
    assert await terminal.type(*take) == 0
    assert terminal.said.splitlines() == [*lines, "2 shifts read, 2 changed"]
    assert await terminal.type(*take) == 0
    assert terminal.said == "2 shifts read, 0 changed\n"
    assert await terminal.type("rota", "who", "--at", "2026-03-06T14:00") == 0
    assert "1. p-4 (peer)" in terminal.said

    unknown = SHIFTS.replace("P-2", "Somebody").replace("CN=p-4", "CN=p-1 and p-2")
    (terminal.folder / "shifts.ics").write_text(unknown)
    assert await terminal.type(*take) == EXIT_INPUT
    assert "shifts.ics:4: SUMMARY, ATTENDEE: no member of the roster" in terminal.warned
    assert "shifts.ics:11: SUMMARY, ATTENDEE: p-1 and p-2: name one" in terminal.warned
    assert "Somebody" not in terminal.warned


async def test_calendars_and_hours_of_a_member(terminal: Typed) -> None:
    (terminal.folder / "mine.ics").write_text(SHIFTS)
    assert await terminal.type("rota", "calendar", "p-1", "mine.ics") == 0
    assert terminal.said == "p-1: 2 busy times ahead; it was read once\n"
    assert await terminal.type("rota", "calendar") == 0
    assert terminal.said == "p-1: 2 busy times ahead; it was read once\n"
    hidden = "https://127.0.0.1/a-secret.ics"
    assert await terminal.type("rota", "calendar", "p-1", hidden) == EXIT_REFUSED
    assert "url: The address leads into a private network" in terminal.warned
    assert "a-secret" not in terminal.warned
    assert await terminal.type("rota", "calendar", "p-1", "--forget") == 0
    zone = ("--zone", "UTC")
    assert await terminal.type("rota", "hours", "p-1", "tue-thu 9:00-17:00", *zone) == 0
    assert await terminal.type("rota", "hours", "p-1", "whenever", *zone) == EXIT_INPUT
    assert await terminal.type("rota", "who") == 0
    assert "away besides: p-1" in terminal.said
    assert await terminal.type("rota", "hours", "p-1", "--always") == 0
    assert await terminal.type("rota", "feed", "p-1") == 0
    assert terminal.said.startswith("http://town.invalid/calendar/")
    assert await terminal.type("rota", "feed", "p-1", "--team") == EXIT_REFUSED
    assert await terminal.type("rota", "feed", "p-1", "--withdraw") == 0
