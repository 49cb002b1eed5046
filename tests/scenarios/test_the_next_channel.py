"""A dead channel costs seconds and not the member: the next one rings, nobody twice on the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.deliveries import DeliveryUnanswered
from schemas.dispatch import Failure, OfferAccepted, OfferDeclined
from schemas.policy import Role
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.phones import MAIL, SMS, VOICE, reached

if TYPE_CHECKING:
    from tests.support.town import Town


async def _a_team(town: Town, *order: str, peers: int = 3) -> None:
    """Peers with mail and a number; a mental health professional and a coordinator with mail."""
    for number in range(1, peers + 1):
        name = f"p-{number}"
        await town.enroll(name, Role.PEER, contact=reached(name, number, *order))
    await town.enroll("m-1", Role.MHP)
    await town.enroll("m-2", Role.MHP)
    await town.enroll("c-1", Role.COORDINATOR)


async def test_a_dead_first_channel_rings_the_second_at_once(town: Town) -> None:
    await _a_team(town)
    town.phones.fail("p-1", Failure.PERMANENT)

    await town.report(**PEDIATRIC_DEATH)

    assert town.phones.channels("p-1") == [SMS]
    assert town.phones.channels("p-2") == [MAIL]
    await town.accept("p-1")


async def test_everything_down_asks_the_next_member_and_then_the_coordinator(town: Town) -> None:
    await _a_team(town, peers=4)
    town.phones.down(SMS, VOICE)
    for member in ("p-1", "p-2", "p-3"):
        town.phones.fail(member, *([Failure.TEMPORARY] * 3))

    await town.report(**PEDIATRIC_DEATH)
    await town.advance(seconds=30)

    assert town.phones.channels("p-4") == [MAIL], "the next member, once no channel was left"
    assert not any(town.phones.channels(member) for member in ("p-1", "p-2", "p-3"))
    town.phones.expect_text("c-1", "Nobody is left to ask")


async def test_yes_and_no_by_text_are_the_answers_of_the_link(town: Town) -> None:
    await _a_team(town, SMS)
    taken = await town.report(**PEDIATRIC_DEATH)

    assert "you are on the team" in await town.reply("p-1", "Yes!")
    assert "Others are asked" in await town.reply("p-2", f"{town.phones.code('p-2')} no")

    accepted = town.events(taken["case_id"], OfferAccepted)
    assert [event.member_id for event in accepted if isinstance(event, OfferAccepted)] == ["p-1"]
    declined = town.events(taken["case_id"], OfferDeclined)
    assert [event.member_id for event in declined if isinstance(event, OfferDeclined)] == ["p-2"]


async def test_silence_rings_the_next_channel_within_the_offers_time(town: Town) -> None:
    await _a_team(town, SMS, MAIL, VOICE)
    taken = await town.report(**PEDIATRIC_DEATH)
    await town.advance(minutes=3)
    assert town.phones.channels("p-1") == [SMS]

    await town.advance(minutes=1)
    assert town.phones.channels("p-1") == [SMS, MAIL]
    await town.accept("p-1")
    await town.advance(minutes=30)

    assert town.phones.channels("p-1")[:2] == [SMS, MAIL]
    assert VOICE not in town.phones.channels("p-1"), "who has answered is left in peace"
    assert len(town.events(taken["case_id"], DeliveryUnanswered)) >= 1
