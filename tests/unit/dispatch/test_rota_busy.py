"""Calendars as real programs write them: busy times are read, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from services.dispatch.rota_busy import UnreadableCalendar, as_json, busy_times

NEW_YORK = "America/New_York"
START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
OUTLOOK_ZONE = """BEGIN:VTIMEZONE
TZID:{name}
BEGIN:STANDARD
DTSTART:16010101T020000
TZOFFSETFROM:{summer}
TZOFFSETTO:{winter}
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:{winter}
TZOFFSETTO:{summer}
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def calendar(*entries: str, head: str = "") -> bytes:
    body = "".join(
        f"BEGIN:VEVENT\nUID:{number}@test\nDTSTAMP:20260101T000000Z\nSUMMARY:secret\n{entry}\n"
        "END:VEVENT\n"
        for number, entry in enumerate(entries)
    )
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{head}{body}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def busy(*entries: str, head: str = "") -> list[str]:
    found = busy_times(calendar(*entries, head=head), NEW_YORK, START, END)
    assert all(opens.tzinfo and closes.tzinfo for opens, closes in found)
    return [
        f"{opens.astimezone(UTC):%d %H:%M}-{closes.astimezone(UTC):%d %H:%M}"
        for opens, closes in found
    ]


TIMED = "DTSTART;TZID=America/New_York:20260306T090000\nDTEND;TZID=America/New_York:20260306T100000"
ALL_DAY = "DTSTART;VALUE=DATE:20260306\nDTEND;VALUE=DATE:20260307"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (TIMED, ["06 14:00-06 15:00"]),
        ("DTSTART:20260306T090000Z\nDURATION:PT90M", ["06 09:00-06 10:30"]),
        ("DTSTART:20260306T090000\nDTEND:20260306T100000", ["06 14:00-06 15:00"]),  # floating
        ("DTSTART:20260306T090000Z", []),  # no end: a moment
        (f"{TIMED}\nTRANSP:TRANSPARENT", []),
        (f"{TIMED}\nSTATUS:CANCELLED", []),
        (f"{TIMED}\nSTATUS:TENTATIVE", []),
        (f"{TIMED}\nX-MICROSOFT-CDO-BUSYSTATUS:OOF", ["06 14:00-06 15:00"]),
        (f"{TIMED}\nX-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE\nTRANSP:OPAQUE", []),
        (f"{TIMED}\nX-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE", []),
        (f"{TIMED}\nX-MICROSOFT-CDO-BUSYSTATUS:FREE", []),
        (ALL_DAY, []),  # a birthday
        (f"{ALL_DAY}\nTRANSP:OPAQUE", ["06 05:00-07 05:00"]),  # a day of leave
        (f"{ALL_DAY}\nX-MICROSOFT-CDO-BUSYSTATUS:OOF", ["06 05:00-07 05:00"]),
        ("DTSTART;VALUE=DATE:20260308\nTRANSP:OPAQUE", ["08 05:00-09 04:00"]),  # 23 hours
        ("DTSTART;TZID=Eastern Standard Time:20260306T090000\nDURATION:PT1H", ["06 14:00-06 15:00"]),
        ("DTSTART;TZID=Never Heard Of:20260306T090000\nDURATION:PT1H", ["06 14:00-06 15:00"]),
        (
            "DTSTART;TZID=America/New_York:20260305T090000\nDURATION:PT1H\n"
            "RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE;TZID=America/New_York:20260319T090000",
            ["05 14:00-05 15:00", "12 13:00-12 14:00"],  # the hour stays over the clock change
        ),
        (
            "DTSTART:20260306T090000Z\nDURATION:PT1H\nRDATE:20260310T090000Z",
            ["06 09:00-06 10:00", "10 09:00-10 10:00"],
        ),
        ("DTSTART:20260101T000000Z\nDTEND:20270101T000000Z", ["01 00:00-01 00:00"]),  # clipped
    ],
)  # fmt: skip
def test_what_counts_as_busy(entry: str, expected: list[str]) -> None:
    assert busy(entry) == expected


def test_one_instance_of_a_series_is_cancelled_and_another_moved() -> None:
    series = f"{TIMED}\nRRULE:FREQ=DAILY;COUNT=3"
    text = calendar(series).decode()
    extra = (
        "BEGIN:VEVENT\r\nUID:0@test\r\nDTSTAMP:20260101T000000Z\r\nSEQUENCE:1\r\n"
        "RECURRENCE-ID;TZID=America/New_York:2026030{day}T090000\r\n"
        "DTSTART;TZID=America/New_York:2026030{day}T{hour}0000\r\nDURATION:PT1H\r\n{more}"
        "END:VEVENT\r\n"
    )
    more = extra.format(day=7, hour="09", more="STATUS:CANCELLED\r\n")
    more += extra.format(day=8, hour="15", more="")
    found = busy_times(
        text.replace("END:VCALENDAR", more + "END:VCALENDAR").encode(), NEW_YORK, START, END
    )
    assert [f"{opens:%d %H:%M}" for opens, _ in found] == ["06 09:00", "08 15:00"]


def test_google_says_the_zone_of_the_whole_calendar() -> None:
    head = "X-WR-TIMEZONE:Europe/Berlin\n"
    weekly = "DTSTART:20260323T080000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=2"
    assert busy(weekly, head=head) == ["23 08:00-23 09:00", "30 07:00-30 08:00"]
    floating = "DTSTART:20260306T090000\nDURATION:PT1H"
    assert busy(floating, head=head) == ["06 08:00-06 09:00"]
    assert busy(floating, head="X-WR-TIMEZONE:Eastern Standard Time\n") == ["06 14:00-06 15:00"]
    assert busy(floating, head="X-WR-TIMEZONE:Nowhere\n") == ["06 14:00-06 15:00"]


@pytest.mark.parametrize(
    "name", ["Customized Time Zone", "tzone://Microsoft/Custom", "(UTC-05:00) Eastern Time"]
)
def test_a_zone_of_a_calendars_own_is_that_calendars_alone(name: str) -> None:
    """Exchange gives one name to different zones: the rules that stand in the file count."""
    told = f'DTSTART;TZID="{name}":20260306T090000\nDURATION:PT1H'
    east = OUTLOOK_ZONE.format(name=name, summer="-0400", winter="-0500")
    west = OUTLOOK_ZONE.format(name=name, summer="-0700", winter="-0800")
    assert busy(told, head=east) == ["06 14:00-06 15:00"]
    assert busy(told, head=west) == ["06 17:00-06 18:00"]


def test_free_and_busy_lists_are_read() -> None:
    told = (
        "BEGIN:VFREEBUSY\nDTSTAMP:20260101T000000Z\n"
        "FREEBUSY:20260306T090000Z/20260306T100000Z,20260307T090000Z/PT2H\n"
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260308T090000Z/PT2H\n"
        "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260309T090000Z/PT2H\nEND:VFREEBUSY\n"
    )
    assert busy(head=told) == ["06 09:00-06 10:00", "07 09:00-07 11:00", "09 09:00-09 11:00"]


def test_overlapping_entries_are_one_busy_time() -> None:
    later = "DTSTART:20260306T143000Z\nDURATION:PT2H"
    assert busy(later, TIMED) == ["06 14:00-06 16:30"]


@pytest.mark.parametrize(
    "bomb",
    [
        "RRULE:FREQ=SECONDLY",
        "RRULE:FREQ=HOURLY",
        "RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5,6,7",
        "RRULE:FREQ=NONSENSE",
        "RDATE:garbage",
        "DTSTART:garbage",
    ],
)
def test_what_cannot_be_understood_hides_nothing_else(bomb: str) -> None:
    assert busy(f"DTSTART:20260301T000000Z\nDURATION:PT1M\n{bomb}", TIMED)[-1:] == [
        "06 14:00-06 15:00"
    ]


def test_entries_without_an_id_are_not_mixed_up() -> None:
    text = calendar(TIMED, "DTSTART:20260310T090000Z\nDURATION:PT1H").replace(b"UID", b"X-UID")
    assert len(busy_times(text, NEW_YORK, START, END)) == 2


def test_a_cancellation_is_no_calendar_of_what_is_busy() -> None:
    assert busy(TIMED, head="METHOD:CANCEL\n") == []


@pytest.mark.parametrize("text", [b"", b"<html>please log in</html>", b"\xff\xfe\x00", b"BEGIN:X"])
def test_something_else_is_said_to_be_no_calendar(text: bytes) -> None:
    with pytest.raises(UnreadableCalendar, match="iCalendar"):
        busy_times(text, NEW_YORK, START, END)


def test_the_program_tells_times_and_nothing_else() -> None:
    command = [sys.executable, "-m", "services.dispatch.rota_busy", NEW_YORK]
    command += [START.isoformat(), END.isoformat()]
    done = subprocess.run(command, input=calendar(TIMED), capture_output=True, check=True)
    assert b"secret" not in done.stdout
    opens = datetime(2026, 3, 6, 14, tzinfo=UTC)
    assert busy_times(calendar(TIMED), NEW_YORK, START, END) == (
        (opens, opens + timedelta(hours=1)),
    )
    told = as_json(busy_times(calendar(TIMED), NEW_YORK, START, END))
    assert done.stdout.decode() == told
