"""Deciding in the console, over the real routes: what a page offers, and what came of pressing it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from schemas.dispatch import TeamStoodDown, TeamWidened
from schemas.intake import CaseMerged, CaseRaised, CaseSplit, MatchedBy, ReviewAnswered
from schemas.subjects import Stream
from services.audit.console.triggers import choices
from services.audit.settings import AuditSettings
from services.intake.app import load_pack
from services.intake.settings import IntakeSettings
from services.runtime.auth import KeyRole, Passes, Principal, add_key, secret_of
from tests.support.console import Console, forms
from tests.support.town import START, Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

PRESS: dict[str, Any] = {
    "incident_number": "26-000400",
    "incident_type": "Structure fire",
    "flags": ["media_interest"],
    "units": ["E12"],
}
ROUTINE: dict[str, Any] = {
    "incident_number": "26-000500",
    "incident_type": "Vehicle lockout",
    "units": ["L3"],
}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as town:
        await town.enroll_team(peers=4, mhps=2)
        yield town


@pytest.fixture
def console(town: Town, tmp_path: Path) -> Console:
    return Console(town, tmp_path)


async def test_a_question_is_answered_from_the_queue(town: Town, console: Console) -> None:
    case_id = (await town.report(**PRESS))["case_id"]
    page = await console.page("/reviews")
    assert "Shall the team come?" in page
    assert "2 h left" in page
    assert "screening is " in page
    assert re.search(r'Reviews <span class="count">1<span class="unseen"> waiting', page)
    assert "Shall the team come?" in await console.page("/")

    assert await console.press("/reviews", "Bring the team in") == f"/cases/{case_id}"
    assert town.events(case_id, ReviewAnswered)
    assert town.phones.asked()
    assert "Nothing waits for you" in await console.page("/reviews")
    assert "Decided with the key demo" in await console.page(f"/cases/{case_id}")


async def test_the_second_answer_is_told_that_it_is_late(town: Town, console: Console) -> None:
    case_id = (await town.report(**PRESS))["case_id"]
    (form,) = (
        each for each in forms(await console.page("/reviews")) if "Not needed" in each.buttons
    )
    assert await console.press("/reviews", "Not needed") == f"/cases/{case_id}"
    late = await console.send(form.action, form.fields | form.buttons["Bring the team in"])
    assert late == f"/cases/{case_id}?refused=item-already-settled"
    assert "Somebody has decided this already. Nothing was changed." in await console.page(late)
    assert not town.phones.asked()


async def test_an_overdue_question_is_red(town: Town, console: Console) -> None:
    await town.report(**PRESS)
    await town.advance(minutes=125)
    page = await console.page("/reviews")
    assert '<li class="card missed">' in page
    assert "5 min overdue" in page
    assert "everyone who may decide has been called" in page


async def test_a_reported_case_is_raised_widened_and_stood_down(
    town: Town, console: Console
) -> None:
    case_id = (await town.report(**ROUTINE))["case_id"]
    page = await console.page(f"/cases/{case_id}")
    assert "Lower it" not in page, "there is nothing to lower"
    await console.press(f"/cases/{case_id}", "Bring the team in", choice="known_victim")
    asked = len(town.phones.asked())
    assert asked
    await console.press(f"/cases/{case_id}", "Widen the team", choice="line_of_duty_death")
    assert town.events(case_id, TeamWidened)
    assert len(town.phones.asked()) > asked
    page = await console.page(f"/cases/{case_id}")
    assert "<h1>Line-of-duty death</h1>" in page
    await console.press(f"/cases/{case_id}", "Yes, stand the team down", choice="handled_elsewhere")
    assert town.events(case_id, TeamStoodDown)
    page = await console.page(f"/cases/{case_id}")
    assert "Stood down</span>" in page
    assert "A person wants no team (handled elsewhere)" in page
    assert "No open case." in await console.page("/")


async def test_two_cases_are_looked_up_merged_and_split(town: Town, console: Console) -> None:
    fire = (await town.report(**PRESS, source="fire"))["case_id"]
    police = (await town.report(**ROUTINE, source="police"))["case_id"]
    found = await console.page(f"/cases/{police}?merge=26-000400")
    assert "Structure fire" in found
    where = await console.press(f"/cases/{police}?merge={fire[:8]}", "Yes, they are one incident")
    stays, gone = where.rpartition("/")[2], ({fire, police} - {where.rpartition("/")[2]}).pop()
    assert [event.matched_by for event in town.events(gone, CaseMerged)] == [MatchedBy.PERSON]  # type: ignore[attr-defined]
    page = await console.page(f"/cases/{gone}")
    assert f'This is case <a href="/cases/{stays}">' in page
    assert "A person merged them" in page
    assert "The same incident was also told as" in await console.page(f"/cases/{stays}")

    assert await console.press(f"/cases/{gone}", "Yes, split it") == f"/cases/{gone}"
    assert town.events(gone, CaseSplit)
    assert "Yes, split it" not in await console.page(f"/cases/{gone}")


@pytest.mark.parametrize("typed", ["26-999999", "ffffff", "%"])
async def test_an_unknown_number_merges_nothing(town: Town, console: Console, typed: str) -> None:
    case_id = (await town.report(**ROUTINE))["case_id"]
    page = (await console.get(f"/cases/{case_id}?merge={typed}")).text
    assert "No other case has this id or number" in page
    itself = await console.page(f"/cases/{case_id}?merge={case_id[:8]}")
    assert "No other case has this id or number" in itself


async def test_an_incident_that_no_feed_has_told_is_raised(town: Town, console: Console) -> None:
    where = await console.press(
        "/raise",
        "Bring the team in",
        trigger_class="coworker_suicide",
        when="2026-03-01T22:30",
        units="e12, M4",
        source="Fire-CAD",
        incident_number="26-000900",
    )
    case_id = where.removeprefix("/cases/")
    (told,) = town.events(case_id, CaseRaised)
    assert isinstance(told, CaseRaised)
    assert (told.occurred_at.isoformat(), told.units) == (
        "2026-03-01T22:30:00+00:00",
        ("E12", "M4"),
    )
    assert town.phones.asked()
    page = await console.page(where)
    assert "Raised by a person" in page
    assert "None" not in page
    later = await town.report(
        source="fire-cad", incident_number="26-000900", incident_type="Medical aid"
    )
    assert later["case_id"] == case_id


async def test_an_empty_time_is_now(town: Town, console: Console) -> None:
    where = await console.press("/raise", "Bring the team in", trigger_class="media_interest")
    (told,) = town.events(where.removeprefix("/cases/"), CaseRaised)
    assert isinstance(told, CaseRaised)
    assert told.occurred_at == START


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ({"trigger_class": "no_such_class"}, "unknown-trigger"),
        ({"trigger_class": "NOT A CODE"}, "misfit"),
        ({"trigger_class": "media_interest", "when": "yesterday"}, "misfit"),
        ({"trigger_class": "media_interest", "units": "E" * 40}, "misfit"),
    ],
)
async def test_what_does_not_fit_is_said_on_the_page_and_opens_nothing(
    town: Town, console: Console, typed: dict[str, str], word: str
) -> None:
    before = len(town.journal.all(Stream.INTAKE))
    where = await console.press("/raise", "Bring the team in", **typed)
    assert where == f"/raise?refused={word}"
    assert 'role="alert"' in await console.page(where)
    assert len(town.journal.all(Stream.INTAKE)) == before


async def test_without_leave_nothing_is_decided(town: Town, console: Console) -> None:
    case_id = (await town.report(**ROUTINE))["case_id"]
    other = (await town.report(**PRESS))["case_id"]
    passes = Passes(secret_of(console.folder / "session-secret"))
    operator = Principal(label="x", agency="metro", role=KeyRole.OPERATOR)
    center = Principal(label="x", agency="metro", role=KeyRole.DISPATCH_CENTER)
    for leave in (
        "forged",
        passes.issue(operator, f"decide:{other}"),
        passes.issue(operator, "raise"),
        passes.issue(center, f"decide:{case_id}"),
    ):
        sent = {"leave": leave, "action": "raise", "choice": "child_death"}
        where = await console.send(f"/cases/{case_id}/decide", sent)
        assert where == f"/cases/{case_id}?refused=old-page"
    sent = {"leave": passes.issue(center, "raise"), "trigger_class": "child_death"}
    assert await console.send("/raise", sent) == "/raise?refused=old-page"
    assert not town.phones.asked()


async def test_a_key_that_may_not_decide_sees_no_buttons(town: Town, tmp_path: Path) -> None:
    case_id = (await town.report(**PRESS))["case_id"]
    key = add_key(tmp_path / "keys.json", "center", "metro", KeyRole.DISPATCH_CENTER)
    console = Console(town, tmp_path, {})
    begun = await _signed_in(console, key)
    for path in ("/reviews", f"/cases/{case_id}", "/"):
        page = (await console.get(path, cookie=begun)).text
        assert "Shall the team come?" in page
        assert "This key may look, and not decide." in page
        assert "/decide" not in page
        assert 'href="/raise"' not in page
    assert (await console.get("/raise", cookie=begun)).status_code == 403
    assert (await console.get("/reviews")).status_code == 303


async def _signed_in(console: Console, key: str) -> str:
    async with console.running() as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://town.invalid") as client:
            answer = await client.post("/sign-in", data={"key": key})
    return str(answer.headers["set-cookie"]).partition(";")[0]


async def test_programs_read_the_queue_and_the_classes(town: Town, console: Console) -> None:
    case_id = (await town.report(**PRESS))["case_id"]
    key = town.http.headers["Authorization"]
    told = (await console.get("/v1/reviews", Authorization=key)).json()
    (review,) = told["reviews"]
    assert (review["case_id"], review["kind"]) == (case_id, "activate")
    assert review["seconds_left"] == 7200
    assert (await console.get("/v1/reviews")).status_code == 401
    assert (await console.get("/v1/triggers")).status_code == 401


@pytest.mark.parametrize(
    "policy",
    [
        {"policy": "cism"},
        {"policy": "stepped-care"},
        {"policy_overrides": {"triggers.child_death.label": "A child has died"}},
        {"policy_overrides": {"triggers.child_death.tier": 1}},
    ],
)
async def test_the_console_offers_just_the_classes_of_the_policy(
    tmp_path: Path, policy: dict[str, Any]
) -> None:
    """Both read the file on their own: this holds them together."""
    pack = load_pack(IntakeSettings.model_validate(policy))
    offered = choices(AuditSettings.model_validate(policy | {"data_dir": tmp_path}))
    assert {each.trigger_class: (each.label, each.tier) for each in offered} == {
        name: (each.label, each.tier) for name, each in pack.triggers.items()
    }


async def test_without_a_readable_policy_the_class_is_typed(town: Town, tmp_path: Path) -> None:
    bare = Console(town, tmp_path, {"demo": True, "policy_file": tmp_path / "absent.yaml"})
    page = await bare.page("/raise")
    assert "<select" not in page
    where = await bare.press("/raise", "Bring the team in", trigger_class="child_death")
    assert where.startswith("/cases/")
