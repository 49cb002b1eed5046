"""Invitations as calendar programs take them: RFC 5545, 5546 and 6047, read back with icalendar."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from services.dispatch.carriers.email import SmtpCarrier
from services.dispatch.carriers.invitations import calendar_of
from services.dispatch.carriers.port import Contact, Invitation, PhoneMessage
from tests.support.receivers import MailServer, mail_server

STARTS = datetime(2026, 3, 7, 16, 0, tzinfo=UTC)
ZONE = "America/Los_Angeles"
TEAM, MEMBER = "team@agency.example", "a.member+calendar@phones.invalid"


def invitation(**fields: Any) -> Invitation:
    usual: dict[str, Any] = {
        "uid": "0f3c@tailboard",
        "method": "REQUEST",
        "sequence": 0,
        "starts_at": STARTS,
        "ends_at": STARTS + timedelta(minutes=45),
        "zone": ZONE,
        "sent_at": STARTS - timedelta(days=1),
        "place": "st-4",
    }
    return Invitation.model_validate(usual | fields)


def raw(**fields: Any) -> bytes:
    return calendar_of(invitation(**fields), organizer=TEAM, attendee=MEMBER)


def entry(**fields: Any) -> Any:
    (found,) = Calendar.from_ical(raw(**fields)).walk("VEVENT")
    return found


def test_lines_end_in_crlf_and_none_is_longer_than_75_octets() -> None:
    lines = raw(place="station-" + "long-" * 30).split(b"\r\n")
    assert lines[-1] == b""
    assert all(b"\n" not in line and b"\r" not in line and len(line) <= 75 for line in lines)


def test_a_request_has_what_outlook_gmail_and_apple_look_for() -> None:
    calendar = Calendar.from_ical(raw())
    found = entry()

    assert (str(calendar["version"]), str(calendar["method"])) == ("2.0", "REQUEST")
    assert str(calendar["calscale"]) == "GREGORIAN"
    assert not {"NAME", "X-WR-CALNAME", "REFRESH-INTERVAL"} & set(calendar), (
        "a feed's, not a request's"
    )
    for name in ("uid", "dtstamp", "dtstart", "dtend", "sequence", "organizer", "status"):
        assert name in found, name
    assert str(found["organizer"]).lower() == f"mailto:{TEAM}"
    attendee = found["attendee"]
    assert str(attendee).lower() == f"mailto:{MEMBER}"
    assert (attendee.params["PARTSTAT"], attendee.params["RSVP"]) == ("NEEDS-ACTION", "TRUE")
    assert (str(found["status"]), int(found["sequence"])) == ("CONFIRMED", 0)


def test_nobody_sees_the_others_nor_what_it_is() -> None:
    text = raw().decode().replace("\r\n ", "")
    assert text.count("ATTENDEE") == 1
    assert sorted(re.findall(r"mailto:(\S+)", text)) == [MEMBER, TEAM]
    assert "SUMMARY:Tailboard session" in text
    assert "DESCRIPTION" not in text
    assert "http" not in text, "whoever may look into the calendar gets no way to the case"
    assert "CLASS:PRIVATE" in text


def test_a_change_has_the_same_id_and_a_higher_sequence() -> None:
    before, after = entry(), entry(sequence=3, starts_at=STARTS + timedelta(minutes=15))
    assert str(before["uid"]) == str(after["uid"])
    assert int(after["sequence"]) == 3


def test_a_cancellation_says_so_in_the_method_and_in_the_status() -> None:
    calendar = Calendar.from_ical(raw(method="CANCEL", sequence=4))
    found = entry(method="CANCEL", sequence=4)
    assert (str(calendar["method"]), str(found["status"])) == ("CANCEL", "CANCELLED")
    assert "Cancelled" in str(found["summary"])


@pytest.mark.parametrize("zone", [ZONE, "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
@pytest.mark.parametrize(
    "starts",
    [
        STARTS,
        datetime(
            2026, 3, 8, 9, 45, tzinfo=UTC
        ),  # a quarter before clocks go forward in Los Angeles
        datetime(2026, 11, 1, 8, 30, tzinfo=UTC),  # clocks show this hour twice there
        datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
    ],
)
def test_the_wall_time_and_its_zone_mean_the_same_moment(zone: str, starts: datetime) -> None:
    ends = starts + timedelta(minutes=45)
    found = entry(zone=zone, starts_at=starts, ends_at=ends)
    assert found["dtstart"].dt.astimezone(UTC) == starts
    assert found["dtend"].dt.astimezone(UTC) == ends
    if zone != "UTC":
        (rules,) = Calendar.from_ical(raw(zone=zone, starts_at=starts, ends_at=ends)).walk(
            "VTIMEZONE"
        )
        own = rules.to_tz()
        wall = starts.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert wall.replace(tzinfo=own).utcoffset() == starts.astimezone(ZoneInfo(zone)).utcoffset()


def test_an_address_cannot_add_a_line() -> None:
    with pytest.raises(ValueError, match="one line"):
        calendar_of(invitation(), organizer=TEAM, attendee="a@b.c\r\nATTENDEE:mailto:x@y.z")


async def test_the_mail_carries_it_twice_as_googles_own_do() -> None:
    server = MailServer()
    async with mail_server(server) as port:
        carrier = SmtpCarrier(host="127.0.0.1", port=port, sender=TEAM, seconds=5)
        message = PhoneMessage(
            message_id="one",
            subject="Tailboard: you hold a session",
            text="On Saturday.\n",
            invitation=invitation(),
        )
        await carrier.send(message, Contact(email=MEMBER))
    (mail,) = server.taken

    assert mail.get_content_type() == "multipart/mixed"
    alternative, file = mail.iter_parts()
    assert alternative.get_content_type() == "multipart/alternative"
    words, calendar = alternative.iter_parts()
    assert words.get_content_type() == "text/plain"
    assert calendar.get_content_type() == "text/calendar"
    assert calendar.get_param("method") == "REQUEST"
    assert calendar.get_content_charset() == "utf-8"
    assert calendar.get_content_disposition() is None
    assert calendar["Content-Transfer-Encoding"] == "base64"
    assert file.get_filename() == "invite.ics"
    assert calendar.get_payload(decode=True) == file.get_payload(decode=True) == raw()
    assert mail["To"] == MEMBER
