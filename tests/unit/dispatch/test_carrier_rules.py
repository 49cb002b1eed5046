"""What a carriers file may say, what waits, where a webhook may go, and who has signed it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from schemas.dispatch import Purpose
from services.dispatch.carriers.addresses import is_inside
from services.dispatch.carriers.building import carriers_of
from services.dispatch.carriers.carriers_file import BadCarriers, read_carriers
from services.dispatch.carriers.limits import Limits, Rate, Throttle
from services.dispatch.carriers.port import Contact
from services.dispatch.carriers.quiet import QuietHours
from services.dispatch.carriers.signing import SIGNATURE, TIMESTAMP, BadSignature, signed, verify
from services.dispatch.settings import DispatchSettings

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
SECRET = "sixteen characters at least"  # noqa: S105 - of nobody

GOOD = """\
version: 1
region: US
carriers:
  - channel: sms
    kind: sms_webhook
    url: https://sms.example.org/send
    secret: {env: TEST_SMS_SECRET}
  - channel: email
    kind: smtp
  - channel: push
    kind: apprise
  - channel: gateway
    kind: apprise
    url: {file: FOLDER/gateway}
    form: sms
    replies: {env: TEST_SMS_SECRET}
  - channel: voice
    kind: voice_webhook
    url: http://10.0.0.7/call
    allow_private: true
    secret: {env: TEST_SMS_SECRET}
quiet_hours: {from: "21:00", until: "07:00"}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TEST_SMS_SECRET", SECRET)
    (tmp_path / "gateway").write_text("json://example.org/{phone}\n")
    return tmp_path


def _file(folder: Path, text: str = GOOD) -> Path:
    path = folder / "carriers.yaml"
    path.write_text(text.replace("FOLDER", str(folder)))
    return path


def test_a_file_makes_carriers_in_its_order(folder: Path) -> None:
    carriers = carriers_of(read_carriers(_file(folder)), DispatchSettings(data_dir=folder))

    assert [each.channel for each in carriers.all] == ["sms", "email", "push", "gateway", "voice"]
    assert [each.form for each in carriers.all] == ["sms", "mail", "push", "sms", "voice"]
    assert set(carriers.inbound) == {"sms", "gateway", "voice"}
    for each in carriers.all:
        assert SECRET not in repr(each)
        assert "json://" not in repr(each)
    assert SECRET not in repr(carriers)


def test_what_ships_is_mail_alone() -> None:
    assert [each.channel for each in read_carriers().carriers] == ["email"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("kind: smtp", "kind: pigeon", "carriers.yaml:8: carriers.1: Input tag 'pigeon'"),
        ("channel: push", "channel: sms", "(file): two carriers have the channel sms"),
        ("TEST_SMS_SECRET}", "TEST_NOT_SET}", ":7: carriers.0.secret: the environment variable"),
        ("kind: smtp", "kind: smtp\n    hots: x", ":10: carriers.1.hots: Extra inputs"),
        ("https://sms", "ftp://sms", ":6: carriers.0.url: write a whole URL"),
        ("https://sms", "https://me:secret@sms", ":6: carriers.0.url: leave name and password"),
        ("region: US", "region: Mars", ":2: region: 'Mars' is not a country's code"),
        ("FOLDER/gateway", "FOLDER/none", ":14: carriers.3.url: FOLDER/none cannot be read"),
        ('"21:00"', "late", ":22: quiet_hours.from: Input should be in a valid time"),
        ('07:00"', '07:00", purposes: [offer]', "quiet_hours.purposes.0: Input should be"),
        ("version: 1", "version: [", "correct the YAML there"),
    ],
)
def test_a_mistake_is_told_by_its_line(folder: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(BadCarriers) as caught:
        read_carriers(_file(folder, GOOD.replace(old, new, 1)))

    assert told.replace("FOLDER", str(folder)) in str(caught.value)
    assert SECRET not in str(caught.value)


def test_a_secret_that_is_too_short_is_no_secret(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_SMS_SECRET", "short")
    with pytest.raises(BadCarriers, match="shorter than 16"):
        read_carriers(_file(folder))


def test_a_member_is_reached_in_their_own_order_and_then_in_the_agencys(folder: Path) -> None:
    carriers = carriers_of(read_carriers(_file(folder)), DispatchSettings(data_dir=folder))
    contact = Contact(
        email="a@b.invalid", phone="415 555 0100", order=("voice", "nothing", "email")
    )

    assert carriers.channels_for(contact) == ("voice", "email", "sms", "gateway")
    assert carriers.channels_for(Contact(email="a@b.invalid")) == ("email",)
    assert carriers.channels_for(Contact()) == ("sms",), "whose carrier then says why not"
    assert carriers.mail.channel == "email"


def test_a_stored_contact_of_before_is_read_and_nothing_of_it_is_shown() -> None:
    old = '{"label":"p-1","email":"p-1@phones.invalid","phone":"415 555 0100"}'
    contact = Contact.model_validate_json(old)

    assert contact.texts_to == contact.calls_to == "415 555 0100"
    assert (contact.apprise, contact.order) == ((), ())
    assert not {"phones.invalid", "555"} & set(repr(contact).replace("'", " ").split())
    assert "p-1" not in repr(contact)


class _Clock:
    at = NOW

    def now(self) -> datetime:
        return self.at


def test_a_bucket_fills_again_with_time() -> None:
    clock = _Clock()
    rate = Rate(per_hour=60, burst=2)
    limits = Limits(all=Rate(per_hour=3600, burst=100), recipient=rate)
    throttle = Throttle({"sms": limits}, clock.now)

    assert [throttle.take("sms", "p-1", urgent=False) for _ in range(3)] == [0, 0, 60]
    assert throttle.take("sms", "p-2", urgent=False) == 0, "another member waits for nobody"
    assert throttle.take("email", "p-1", urgent=False) == 0, "no limits, no waiting"
    clock.at = NOW + timedelta(seconds=60)
    assert throttle.take("sms", "p-1", urgent=False) == 0


def test_what_is_urgent_never_waits_and_counts() -> None:
    clock = _Clock()
    rate = Rate(per_hour=60, burst=2)
    throttle = Throttle({"sms": Limits(all=rate, recipient=rate)}, clock.now)

    assert {throttle.take("sms", "p-1", urgent=True) for _ in range(50)} == {0}
    assert throttle.take("sms", "p-1", urgent=False) == 180, "a debt of a burst, and no more"


@for_all(st.lists(st.tuples(st.booleans(), st.floats(0, 100)), max_size=60))
def test_what_waits_its_time_may_then_go(steps: list[tuple[bool, float]]) -> None:
    clock = _Clock()
    rate = Rate(per_hour=120, burst=3)
    throttle = Throttle({"sms": Limits(all=rate, recipient=rate)}, clock.now)
    for urgent, seconds in steps:
        clock.at += timedelta(seconds=seconds)
        if wait := throttle.take("sms", "p-1", urgent=urgent):
            assert wait >= 0.1
            clock.at += timedelta(seconds=wait)
            assert throttle.take("sms", "p-1", urgent=False) == 0


NIGHT = QuietHours.model_validate({"from": "21:00", "until": "07:00"})
CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("here", "hours"),
    [
        ("2026-06-01 20:59", 0),
        ("2026-06-01 21:00", 10),
        ("2026-06-02 00:30", 6.5),
        ("2026-06-02 06:59", 1 / 60),
        ("2026-06-02 07:00", 0),
        ("2026-03-07 23:00", 7),  # the clock jumps ahead that night
        ("2026-10-31 23:00", 9),  # and back that one
    ],
)
def test_quiet_hours_end_on_the_wall_clock(here: str, hours: float) -> None:
    now = datetime.fromisoformat(here).replace(tzinfo=CHICAGO).astimezone(UTC)

    assert NIGHT.wait(Purpose.CHECK_IN_DUE, now, CHICAGO) == timedelta(hours=hours)
    assert NIGHT.wait(Purpose.OFFER, now, CHICAGO) == timedelta(0)
    assert NIGHT.wait(Purpose.ALARM, now, CHICAGO) == timedelta(0)


def test_quiet_hours_by_day() -> None:
    noon = QuietHours.model_validate({"from": "12:00", "until": "13:00"})

    assert noon.wait(Purpose.CHECK_IN_DUE, NOW.replace(hour=12, minute=15), ZoneInfo("UTC"))
    assert not noon.wait(Purpose.CHECK_IN_DUE, NOW.replace(hour=14), ZoneInfo("UTC"))


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "printer.local",
        "db.internal",
        "127.0.0.1",
        "10.1.2.3",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - refused, not listened on
        "::1",
        "[fe80::1%eth0]",
        "::ffff:10.0.0.1",
        "224.0.0.1",
    ],
)
def test_a_private_address_is_inside(host: str) -> None:
    assert is_inside(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "2606:4700::1111", "sms.example.org", "topic", ""])
def test_the_rest_is_outside(host: str) -> None:
    assert not is_inside(host)


BODY = b'{"id": "1"}'


def test_what_is_signed_is_known_again() -> None:
    headers = signed(SECRET, BODY, NOW)

    verify(SECRET, headers, BODY, NOW + timedelta(minutes=4))
    while_changing = headers | {SIGNATURE: f"v1=0000, {headers[SIGNATURE]}"}
    verify(SECRET, while_changing, BODY, NOW)


@pytest.mark.parametrize(
    ("secret", "body", "late", "headers"),
    [
        ("another secret", BODY, 0, {}),
        (SECRET, BODY + b" ", 0, {}),
        (SECRET, BODY, 301, {}),
        (SECRET, BODY, -301, {}),
        (SECRET, BODY, 0, {SIGNATURE: ""}),
        (SECRET, BODY, 0, {TIMESTAMP: ""}),
        (SECRET, BODY, 0, {TIMESTAMP: "yesterday"}),
        (SECRET, BODY, 0, {TIMESTAMP: str(int(NOW.timestamp()) + 1)}),
        (SECRET, BODY, 0, {SIGNATURE: "v1=é"}),
    ],
)
def test_what_was_altered_forged_or_kept_too_long_is_not(
    secret: str, body: bytes, late: float, headers: dict[str, str]
) -> None:
    sent = signed(SECRET, BODY, NOW) | headers

    with pytest.raises(BadSignature):
        verify(secret, sent, body, NOW + timedelta(seconds=late))
