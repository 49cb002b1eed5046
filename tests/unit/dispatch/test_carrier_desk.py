"""The desk: what is kept about numbers may be away or stuck, and the message goes out all the same."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from schemas.dispatch import Failure
from schemas.subjects import derived_id
from services.dispatch.carriers import desk as desks
from services.dispatch.carriers.desk import CarrierDesk
from services.dispatch.carriers.expected import Expected, Texts
from services.dispatch.carriers.health import Healths
from services.dispatch.carriers.limits import Throttle
from services.dispatch.carriers.port import Contact, NotDelivered, PhoneMessage
from services.runtime.bucket import MemoryBucket
from services.runtime.errors import Transient
from tests.support.phones import SMS, Phones

if TYPE_CHECKING:
    from services.runtime.bucket import Held

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
NUMBER = "+14155550101"
CONTACT = Contact(label="p-1", phone=NUMBER)
MESSAGE = PhoneMessage(message_id="1", subject="Tailboard: test", text="Nothing.\n", sms="Nothing.")
SECRET = "a secret of the agency, for tests"  # noqa: S105 - of nobody


class Away(MemoryBucket):
    """A bucket that cannot be reached."""

    async def held(self, key: str) -> Held | None:
        raise Transient("away")


class Stuck(MemoryBucket):
    """A bucket that never answers."""

    async def held(self, key: str) -> Held | None:
        await asyncio.Event().wait()
        return None


class Damaged(MemoryBucket):
    """A bucket whose entries cannot be read."""

    async def held(self, key: str) -> Held | None:
        await self.put("x", b"{")
        return await super().held("x")


def _desk(bucket: MemoryBucket) -> tuple[CarrierDesk, Phones]:
    phones = Phones()
    now = lambda: NOW  # noqa: E731 - a clock that stands
    texts = Texts(bucket, SECRET)
    throttle, healths = Throttle({}, now), Healths(now)
    return CarrierDesk(phones.carriers(), throttle, healths, texts, ZoneInfo("UTC")), phones


def _offer(number: int) -> Expected:
    return Expected(
        code="",
        agency="metro",
        case_id="6b8e3d1c-0000-5000-8000-000000000001",
        offer_id=derived_id("offer", number),
        member_id="p-1",
        until=NOW.replace(hour=4),
    )


@pytest.mark.parametrize("bucket", [Away(), Stuck(), Damaged()], ids=lambda b: type(b).__name__)
async def test_a_bucket_in_trouble_costs_the_code_and_not_the_message(
    bucket: MemoryBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "_LOOK_SECONDS", 0.05)
    desk, phones = _desk(bucket)

    assert await desk.code_for(SMS, CONTACT, _offer(1), NOW) == ""
    await desk.send(SMS, MESSAGE, CONTACT)

    assert phones.channels("p-1") == [SMS]


async def test_every_open_offer_of_a_number_has_a_code_of_its_own_and_keeps_it() -> None:
    bucket = MemoryBucket()
    desk, _ = _desk(bucket)

    codes = [await desk.code_for(SMS, CONTACT, _offer(number), NOW) for number in range(60)]

    assert len(set(codes)) == 60
    assert all(len(code) == 2 for code in codes)
    assert await desk.code_for(SMS, CONTACT, _offer(7), NOW) == codes[7]
    later = NOW.replace(hour=5)
    assert await desk.code_for(SMS, CONTACT, _offer(100), later)
    assert len((await desk.texts.known(NUMBER)).offers) == 1, "what is over is forgotten"


async def test_what_is_kept_of_a_number_holds_no_digit_of_it() -> None:
    bucket = MemoryBucket()
    desk, _ = _desk(bucket)
    await desk.code_for(SMS, CONTACT, _offer(1), NOW)

    kept = repr(bucket._values)

    assert "p-1" in kept
    assert "4155550101" not in kept
    assert "555" not in kept.replace(str(_offer(1).offer_id), "")


async def test_two_that_want_a_code_at_once_get_one_each() -> None:
    desk, _ = _desk(MemoryBucket())

    both = await asyncio.gather(
        *(desk.code_for(SMS, CONTACT, _offer(number), NOW) for number in (1, 91, 181))
    )

    assert len(set(both)) == 3
    assert len((await desk.texts.known(NUMBER)).offers) == 3


async def test_who_wants_no_texts_gets_none() -> None:
    desk, phones = _desk(MemoryBucket())
    await desk.texts.change(NUMBER, lambda before: before.model_copy(update={"stopped": True}))

    with pytest.raises(NotDelivered) as caught:
        await desk.send(SMS, MESSAGE, CONTACT)

    assert caught.value.failure is Failure.PERMANENT
    assert phones.channels("p-1") == []
    assert desk.healths.of(SMS).refused == 1
