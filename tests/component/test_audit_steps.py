"""A coordinator acts on a team from the case's page, over the real routes; what came of each press."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from schemas.dispatch import OfferExtended, OfferWithdrawn
from schemas.policy import Role
from schemas.steps import (
    AlarmAnswered,
    AskingPaused,
    AskingResumed,
    CandidateAdded,
    CaseTakenOver,
    MembersAskedAgain,
    StepReason,
    TeamResized,
)
from services.runtime.auth import KeyRole, add_key
from tests.support.console import Console, forms
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

CHILD: dict[str, Any] = {
    "incident_number": "26-000600",
    "incident_type": "Cardiac arrest",
    "patients": [{"age_years": 3, "outcome": "died"}],
    "units": ["E17"],
}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as town:
        await town.enroll_team(peers=7, mhps=2)
        await town.enroll("p-90", Role.PEER, units=["E17"])
        await town.enroll("l-1", Role.PROGRAM_LEAD)
        yield town


@pytest.fixture
def console(town: Town, tmp_path: Path) -> Console:
    return Console(town, tmp_path)


async def a_case(town: Town) -> str:
    return str((await town.report(**CHILD))["case_id"])


async def press(console: Console, case_id: str, button: str, **typed: str) -> str:
    """Press a button of the case's page with boxes left alone; what the page then says."""
    (form,) = (
        each
        for each in forms(await console.page(f"/cases/{case_id}"))
        if button in each.buttons and "once" in each.fields
    )
    alone = {name: "" for name in ("override", "said_yes") if name in form.fields}
    sent = form.fields | alone | typed
    return await console.page(await console.send(form.action, sent))


async def test_a_coordinator_owns_a_case_pauses_it_and_resumes(
    town: Town, console: Console
) -> None:
    case_id = await a_case(town)
    page = await press(console, case_id, "Take it over", reason="sensitive")
    assert "<strong>demo</strong> taken over 0 s ago (sensitive)" in page
    (told,) = town.events(case_id, CaseTakenOver)
    assert isinstance(told, CaseTakenOver)
    assert (told.by, told.reason) == ("key:demo", StepReason.SENSITIVE)
    page = await press(console, case_id, "Pause asking", reason="by_phone")
    assert "Asking is paused." in page
    assert "Asking is paused." in await console.page("/activations")
    page = await press(console, case_id, "Resume asking", reason="settled")
    assert "Asking is paused." not in page
    assert len(town.events(case_id, AskingPaused, AskingResumed)) == 2


async def test_an_alarm_is_answered_and_the_program_lead_stays_asleep(
    town: Town, console: Console
) -> None:
    case_id = await a_case(town)
    await town.advance(hours=2, minutes=30)
    page = await console.page(f"/cases/{case_id}")
    assert "I have it</button>" in page
    while "I have it</button>" in (page := await console.page(f"/cases/{case_id}")):
        (form, *_) = (each for each in forms(page) if "I have it" in each.buttons)
        await console.send(form.action, form.fields | {"reason": "by_phone"})
    answered = town.events(case_id, AlarmAnswered)
    assert answered
    assert "called. " not in page
    await town.advance(hours=1)
    assert not [text for text in town.phones.received.get("l-1", []) if "nobody" in text.text]


async def test_a_member_is_added_past_the_order(town: Town, console: Console) -> None:
    case_id = await a_case(town)
    waiting = {f"p-{n}" for n in range(1, 8)} - set(town.phones.asked())
    member_id = min(waiting)
    page = await press(console, case_id, "Ask them", member_id=member_id, reason="better_fit")
    assert f"{member_id}</span>" in page
    assert member_id in town.phones.asked()
    (told,) = town.events(case_id, CandidateAdded)
    assert isinstance(told, CandidateAdded)
    assert told.reason is StepReason.BETTER_FIT


async def test_what_cannot_be_done_is_said_on_the_page(town: Town, console: Console) -> None:
    case_id = await a_case(town)
    for member_id, said in (
        ("p-77", "This number is not on the roster."),
        ("p-90", "Something speaks against asking this member"),
        ("c-1", "Something in the form does not fit."),
        ("not a number", "Something in the form does not fit."),
    ):
        page = await press(console, case_id, "Ask them", member_id=member_id, reason="directed")
        assert said in page
    for leave in ("", "forged"):
        sent = {"leave": leave, "once": "1", "reason": "sensitive"}
        back = await console.send(f"/v1/cases/{case_id}/take-over", sent)
        assert "The page was too old" in await console.page(back)
    assert not town.events(case_id, CandidateAdded, CaseTakenOver)


async def test_a_member_is_asked_in_spite_of_what_speaks_against_it(
    town: Town, console: Console
) -> None:
    case_id = await a_case(town)
    assert "<strong>p-90</strong> involved" in await console.page(f"/cases/{case_id}")
    page = await press(
        console, case_id, "Ask them", member_id="p-90", reason="directed", override="involved"
    )
    assert "What is said to this member may not be privileged" in page
    assert "p-90" in town.phones.asked()
    assert "<strong>p-90</strong> involved" not in page, "they are asked now"


async def test_who_has_a_place_is_withdrawn_and_replaced_and_the_team_resized(
    town: Town, console: Console
) -> None:
    case_id = await a_case(town)
    first, second, *_ = (who for who in town.phones.asked() if who.startswith("p-"))
    await town.accept(first)
    page = await press(console, case_id, "Withdraw them", member_id=first, reason="cannot_serve")
    assert f"{first} withdrawn with thanks" in page
    waiting = min({f"p-{n}" for n in range(1, 8)} - set(town.phones.asked()))
    page = await press(
        console,
        case_id,
        "Replace them",
        member_id=second,
        replacement=waiting,
        reason="better_fit",
    )
    assert f"{second} replaced, thanked" in page
    assert waiting in town.phones.asked()
    assert len(town.events(case_id, OfferWithdrawn)) == 2
    page = await press(
        console,
        case_id,
        "Resize it",
        reason="more_exposed",
        **{"places.peer": "5", "places.mhp": "1", "places.chaplain": "0"},
    )
    assert ">0</strong> of 5" in page
    (told,) = town.events(case_id, TeamResized)
    assert isinstance(told, TeamResized)
    assert told.reason is StepReason.MORE_EXPOSED


async def test_who_did_not_answer_is_asked_again(town: Town, console: Console) -> None:
    case_id = await a_case(town)
    await town.advance(hours=1, minutes=50)
    assert "Ask again those who did not answer" in await console.page(f"/cases/{case_id}")
    page = await press(console, case_id, "Ask again", reason="nobody_answers", member_ids="")
    assert town.events(case_id, MembersAskedAgain)
    assert "min left" in page


async def test_a_team_that_a_coordinator_stood_down_is_off_the_boards(
    town: Town, console: Console
) -> None:
    case_id = await a_case(town)
    await town.post(f"/v1/cases/{case_id}/stand-down", reason="handled_elsewhere")
    assert "Nobody is being asked right now." in await console.page("/activations")
    assert "No open case." in await console.page("/")
    page = await console.page(f"/cases/{case_id}")
    assert "Stood down</span>" in page
    assert "Decided by test-center" in page
    assert "Act on the team" not in page


async def test_a_second_press_of_a_button_changes_nothing(town: Town, console: Console) -> None:
    case_id = await a_case(town)
    (form,) = (
        each
        for each in forms(await console.page(f"/cases/{case_id}"))
        if "Ask them" in each.buttons
    )
    waiting = min({f"p-{n}" for n in range(1, 8)} - set(town.phones.asked()))
    sent = form.fields | {
        "override": "",
        "said_yes": "",
        "member_id": waiting,
        "reason": "directed",
    }
    for _ in range(2):
        assert await console.send(form.action, sent) == f"/cases/{case_id}"
    asked = [e for e in town.events(case_id, OfferExtended) if e.member_id == waiting]  # type: ignore[attr-defined]
    assert len(asked) == 1


async def test_a_key_that_may_not_decide_sees_no_steps(town: Town, tmp_path: Path) -> None:
    case_id = await a_case(town)
    key = add_key(tmp_path / "keys.json", "cad", "metro", KeyRole.DISPATCH_CENTER)
    console = Console(town, tmp_path, {})
    async with console.running() as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://town.invalid") as client:
            await client.post("/sign-in", data={"key": key})
            page = (await client.get(f"/cases/{case_id}")).text
    assert 'id="team"' in page
    assert "Act on the team" not in page
    assert 'name="leave"' not in page
