"""Channels one after the other, and answers by text and by call, with dispatch alone in the town."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from schemas.deliveries import DeliveryConfirmed
from schemas.dispatch import AlarmReason, Failure, OfferAccepted, TeamFormed
from schemas.policy import Role
from schemas.steps import ArrivalEstimated
from schemas.subjects import Entity, Stream
from services.dispatch.decider import DISPATCH
from services.runtime.clock import new_id
from services.runtime.handle import handle
from tests.support.phones import MAIL, SMS, VOICE, reached
from tests.support.town import a_town
from tests.unit.dispatch.cases import CASE, activation, alarm, policy, remind, roster

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from services.dispatch.commands import DispatchCommand
    from tests.support.town import Town

OTHER = "6b8e3d1c-0000-5000-8000-000000000002"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path, alone=True) as running:
        yield running


async def _asked(town: Town, *order: str) -> None:
    """Three peers with mail and a number are wanted for two places, in their order of channels."""
    for number in (1, 2, 3):
        name = f"p-{number}"
        await town.enroll(name, Role.PEER, contact=reached(name, number, *order))
    await town.enroll("c-1", Role.COORDINATOR, contact=reached("c-1", 9))
    await wanted(town, CASE)


async def wanted(town: Town, case_id: str) -> None:
    await _do(town, activation(roster(3, 0), policy(peers=2, mhps=0)), case_id)


async def _do(town: Town, command: DispatchCommand, case_id: str = CASE) -> None:
    entity = Entity(Stream.DISPATCH, "metro", case_id)
    own = {"command_id": new_id(), "case_id": case_id, "now": town.clock.now()}
    meant = command.model_copy(update=own)
    await handle(town.journal, DISPATCH, entity, meant)
    await town.settle()


def _accepted(town: Town, case_id: str = CASE) -> list[str]:
    """Who has a place."""
    return [e.member_id for e in town.events(case_id) if isinstance(e, OfferAccepted)]


async def test_the_member_decides_which_channel_is_first(town: Town) -> None:
    await _asked(town, SMS, VOICE)

    assert town.phones.channels("p-1") == [SMS]


async def test_what_has_arrived_is_not_sent_on(town: Town) -> None:
    await _asked(town, SMS, MAIL)
    await town.phones.confirm("p-1")
    await town.phones.confirm("p-1")

    await town.advance(minutes=10)

    assert town.phones.channels("p-1") == [SMS]
    assert len(town.events(CASE, DeliveryConfirmed)) == 1, "told twice, recorded once"


async def test_a_bounce_rings_the_next_channel_at_once(town: Town) -> None:
    await _asked(town, SMS, MAIL)

    await town.phones.bounce("p-1")
    await town.settle()

    assert town.phones.channels("p-1") == [SMS, MAIL]


async def test_a_late_failure_does_not_undo_an_arrival_and_a_late_arrival_does(town: Town) -> None:
    await _asked(town, SMS, MAIL)
    await town.phones.confirm("p-1")
    await town.phones.bounce("p-1")
    await town.phones.bounce("p-2")
    await town.settle()
    await town.phones.confirm("p-2")
    await town.settle()

    assert town.phones.channels("p-1") == [SMS]
    assert town.phones.channels("p-2") == [SMS, MAIL]
    assert len(town.events(CASE, DeliveryConfirmed)) == 2


async def test_a_message_of_unknown_fate_is_not_repeated_but_the_next_channel_rings(
    town: Town,
) -> None:
    town.phones.fail("p-1", Failure.UNCERTAIN, on=SMS)
    await _asked(town, SMS, MAIL)
    await town.advance(minutes=10)

    assert town.phones.channels("p-1")[0] == MAIL
    assert town.phones.on("p-1", SMS) == []


async def test_an_alarm_rings_on_every_channel_at_once(town: Town) -> None:
    town.phones.fail("c-1", Failure.PERMANENT, on=VOICE)
    await _asked(town)
    await _do(town, alarm(AlarmReason.CHECK_IN_MISSED, "check-in-1"))

    assert sorted(town.phones.channels("c-1")) == [MAIL, SMS]


async def test_who_answered_by_text_is_stood_down_by_text(town: Town) -> None:
    await _asked(town, SMS, MAIL)
    town.phones.look()

    for member in ("p-1", "p-2"):
        await town.reply(member, "yes")

    town.phones.expect_text("p-3", "team complete", on=SMS)


async def test_nobody_is_rung_twice_on_a_channel_whatever_fails(town: Town) -> None:
    """A channel down for a while and back: the phones themselves refuse a repeat."""
    town.phones.down(SMS)
    await _asked(town, SMS, MAIL, VOICE)
    await town.advance(minutes=2)
    town.phones.up(SMS)
    await town.advance(minutes=4)

    for member in ("p-1", "p-2"):
        rang = town.phones.channels(member)
        assert len(rang) == len(set(rang))
        assert rang[0] == MAIL
        await town.accept(member)
    assert town.events(CASE, TeamFormed)


async def test_an_offer_whose_time_is_over_is_not_sent(town: Town) -> None:
    """Sent an hour late, it would ring a phone for nothing."""
    town.phones.fail("p-1", Failure.TEMPORARY, on=SMS)
    await _asked(town, SMS)
    assert town.phones.channels("p-1") == []
    town.clock.at += timedelta(hours=1)

    await town.advance(seconds=1)

    assert town.phones.channels("p-1") == []


async def test_reminders_wait_for_the_morning_and_offers_do_not(town: Town) -> None:
    """It is three in the morning."""
    await _asked(town)
    await town.accept("p-1")
    town.phones.look()

    await _do(town, remind("p-1", "check-in-1"))
    town.phones.assert_silent("p-1")
    await town.advance(hours=3, minutes=59)
    town.phones.assert_silent("p-1")

    await town.advance(minutes=2)
    town.phones.expect_text("p-1", "a check-in is due")


_LIMITED = """
version: 1
carriers:
  - channel: sms
    kind: smtp
    limits: {all: {per_hour: 3600, burst: 30}, recipient: {per_hour: 11, burst: 5}}
"""


async def test_what_can_wait_is_throttled_and_what_cannot_is_not(tmp_path: Path) -> None:
    file = tmp_path / "carriers.yaml"
    file.write_text(_LIMITED)
    async with a_town(tmp_path, dispatch={"carriers_file": file}, alone=True) as town:
        await _asked(town, SMS)
        await town.reply("p-1", "yes")
        await town.advance(hours=6)
        town.phones.look()
        for number in range(9):
            await _do(town, remind("p-1", f"check-in-{number}"))
            await _do(town, alarm(AlarmReason.CHECK_IN_MISSED, f"check-in-{number}"))

        assert len(town.phones.unread("p-1")) == 5, "as many as go to one number at once"
        assert len(town.phones.unread("c-1")) == 9 * 3, "an alarm waits on no channel"
        await town.advance(hours=2)
        assert len(town.phones.unread("p-1")) == 9, "and nothing was lost"
        health = (await town.http.get("/v1/carriers")).json()["carriers"][1]["health"]
        assert health["held_up"] >= 4


async def test_a_text_is_one_part_with_a_link_that_works_and_a_code(town: Town) -> None:
    await _asked(town, SMS)

    text = town.phones.expect_text("p-1", "peer is needed now", on=SMS)

    assert len(text) <= 160
    path = text[text.index("http") :].removeprefix("http://town.invalid")
    page = await town.http.get(path, follow_redirects=True)
    assert page.status_code == HTTPStatus.OK
    assert "a peer" in page.text
    assert _accepted(town) == [], "opening a link answers nothing"


async def test_a_short_link_that_was_altered_leads_nowhere(town: Town) -> None:
    await _asked(town, SMS)
    text = town.phones.on("p-1", SMS)[0]
    path = text[text.index("/s/") :]
    altered = path[:-1] + ("A" if path[-1] != "A" else "B")

    answer = await town.http.get(altered, follow_redirects=True)

    assert answer.status_code == HTTPStatus.BAD_REQUEST


async def test_yes_with_two_open_offers_is_asked_back_and_the_code_decides(town: Town) -> None:
    await _asked(town, SMS)
    await wanted(town, OTHER)
    codes = [text.partition(" yes")[0][-2:] for text in town.phones.on("p-1", SMS)]
    assert len(set(codes)) == 2

    asked_back = await town.reply("p-1", "yes")
    assert all(code in asked_back for code in codes)
    assert _accepted(town) == _accepted(town, OTHER) == []

    await town.reply("p-1", f"{codes[1]} yes")
    assert (_accepted(town), _accepted(town, OTHER)) == ([], ["p-1"])


async def test_a_yes_that_a_provider_sends_twice_is_one_answer(town: Town) -> None:
    """A repeat that arrives when another offer is open must not answer that one."""
    await _asked(town, SMS)
    first = await town.phones.reply("p-1", "yes", "provider-1")
    await town.settle()
    await wanted(town, OTHER)

    again = await town.phones.reply("p-1", "yes", "provider-1")
    await town.settle()

    assert again == first
    assert (_accepted(town), _accepted(town, OTHER)) == (["p-1"], [])


async def test_minutes_after_a_yes_say_when_the_member_can_be_there(town: Town) -> None:
    await _asked(town, SMS)
    await town.reply("p-1", "yes")

    assert "about 40 minutes" in await town.reply("p-1", "40 min")

    assert [e.minutes for e in town.events(CASE) if isinstance(e, ArrivalEstimated)] == [40]


async def test_who_said_yes_does_not_lose_the_place_by_a_word(town: Town) -> None:
    await _asked(town, SMS)
    await town.reply("p-1", "yes")

    said = await town.reply("p-1", f"{town.phones.code('p-1')} no")

    assert "open the link" in said
    assert _accepted(town) == ["p-1"]


async def test_what_is_not_clear_is_asked_back(town: Town) -> None:
    await _asked(town, SMS)

    for text in ("no yes", "maybe", "", "yes but not today", "12 13 yes", "🙂"):
        assert town.phones.code("p-1") in await town.reply("p-1", text)

    assert _accepted(town) == []


async def test_a_stranger_and_a_member_with_nothing_open_are_answered_alike(town: Town) -> None:
    await _asked(town, MAIL)

    strange = await town.reply("+1 212 555 0147", "yes")
    known = await town.reply(reached("p-1", 1)["phone"], "yes")

    assert strange == known == await town.reply("not a number", "yes")
    assert "p-1" not in strange


async def test_a_number_that_is_not_the_members_any_more_answers_nothing(town: Town) -> None:
    await _asked(town, SMS)
    await town.enroll("p-1", Role.PEER, contact=reached("p-1", 44, SMS))

    assert "Nothing waits" in await town.reply("p-1", "yes")

    assert _accepted(town) == []


async def test_stop_ends_texts_and_the_next_channel_takes_over(town: Town) -> None:
    await _asked(town, SMS, MAIL)
    assert "no more texts" in await town.reply("p-1", "STOP")

    await wanted(town, OTHER)
    assert town.phones.channels("p-1") == [SMS, MAIL]

    assert "texts again" in await town.reply("p-1", "start")
    assert "STOP" in await town.reply("p-1", "help")


async def test_a_call_takes_the_digits_one_and_two(town: Town) -> None:
    await _asked(town, VOICE)
    assert "Press 1 for yes" in town.phones.on("p-1", VOICE)[0]

    assert "press 1" in await town.phones.press("p-1", "7")
    await town.phones.press("p-1", "1")
    await town.phones.press("p-2", "2")
    await town.settle()

    assert _accepted(town) == ["p-1"]


async def test_what_a_provider_did_not_sign_is_refused(town: Town) -> None:
    await _asked(town, SMS)
    body = {"id": "1", "from": reached("p-1", 1)["phone"], "text": "yes"}

    forged = await town.phones.post("/v1/carriers/sms/replies", body, secret="another one")  # noqa: S106 - of nobody
    bare = await town.http.post("/v1/carriers/sms/replies", json=body)
    silent = await town.phones.post("/v1/carriers/phones/replies", body)

    assert (forged.status_code, bare.status_code, silent.status_code) == (401, 401, 404)
    assert _accepted(town) == []


async def test_a_callback_names_a_message_of_its_own_channel_or_nothing(town: Town) -> None:
    await _asked(town, SMS)
    reference = town.phones.received["p-1"][0].reference
    told = {"reference": reference, "status": "delivered"}

    other = await town.phones.post("/v1/carriers/voice/callbacks", told)
    unknown = await town.phones.post("/v1/carriers/sms/callbacks", told | {"reference": "x"})
    strange = await town.phones.post("/v1/carriers/sms/callbacks", told | {"status": "eaten"})

    assert (other.status_code, unknown.status_code, strange.status_code) == (404, 404, 422)
    assert "status" in strange.json()["detail"]
    assert town.events(CASE, DeliveryConfirmed) == []


async def test_operators_see_how_each_channel_does_and_nobody_in_it(town: Town) -> None:
    town.phones.fail("p-1", Failure.TEMPORARY, on=SMS)
    await _asked(town, SMS, MAIL)
    await town.advance(seconds=10)

    answer = await town.http.get("/v1/carriers")

    rows = {row["channel"]: row for row in answer.json()["carriers"]}
    assert list(rows) == [MAIL, SMS, VOICE]
    health = rows[SMS]["health"]
    assert (health["sent"], health["refused"], health["failing"]) == (3, 1, 0)
    assert health["last_failure"] == "temporary: the test says so"
    assert "p-1" not in answer.text
    assert "555" not in answer.text


async def test_a_check_sends_a_message_that_says_it_is_a_test(town: Town) -> None:
    await _asked(town)
    await town.advance(hours=1)
    town.phones.look()
    town.phones.fail("p-1", Failure.PERMANENT, on=VOICE)

    answer = await town.http.post("/v1/carriers/check", json={"member_id": "p-1"})

    came = {row["channel"]: row["outcome"] for row in answer.json()["checked"]}
    assert came == {MAIL: "ok", SMS: "ok", VOICE: "permanent"}
    assert town.phones.unread("p-1") == ["Tailboard: this is a test"] * 2
    wrong = await town.http.post("/v1/carriers/check", json={"channel": "pigeon"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "phones, sms, voice" in wrong.json()["detail"]
