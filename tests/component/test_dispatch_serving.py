"""The page of a member who serves: when they come, that they cannot, whom else to ask, what they approve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar, Event

from schemas.dispatch import OfferAccepted, OfferExtended, OfferWithdrawn, TeamFormed
from schemas.followup import ApprovalGiven
from schemas.policy import Role
from schemas.steps import (
    ArrivalEstimated,
    GroupSessionsApproved,
    GroupSessionsRefused,
    MemberSuggested,
    StandbyOffered,
)
from schemas.subjects import Stream
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx

    from tests.support.town import Town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    """One case: p-1 to p-3 and both MHPs were asked; p-4 and p-5 may be."""
    async with a_town(tmp_path) as running:
        await running.enroll_team(peers=5, mhps=2)
        await running.report(**PEDIATRIC_DEATH)
        yield running


def case(town: Town) -> str:
    (case_id,) = {recorded.entity.id for recorded in town.journal.all(Stream.DISPATCH)}
    return case_id


def asked(town: Town) -> list[str]:
    return [e.member_id for e in town.events(case(town), OfferExtended)]  # type: ignore[attr-defined]


def peers_asked(town: Town) -> list[str]:
    return [who for who in asked(town) if who.startswith("p-")]


async def tap(town: Town, path: str, method: str = "GET", **data: str) -> httpx.Response:
    """As a phone does: without an API key, following redirects."""
    return await town.http.request(
        method, path, data=data or None, headers={"Authorization": ""}, follow_redirects=True
    )


async def test_a_member_says_when_they_can_be_there(town: Town) -> None:
    first, *_ = peers_asked(town)
    page = await town.accept(first)
    for minutes in (10, 20, 40, 60, 90):
        assert f'value="{minutes}"' in page

    page = await town.tap(first, "arrival", minutes="40")

    assert "there by 03:40 UTC" in page
    (told,) = town.events(case(town), ArrivalEstimated)
    assert isinstance(told, ArrivalEstimated)
    assert (told.member_id, told.minutes) == (first, 40)


async def test_a_number_that_no_button_has_changes_nothing(town: Town) -> None:
    first, *_ = peers_asked(town)
    await town.accept(first)
    path = town.phones.link(first)

    for wrong in ("0", "-5", "91", "soon"):
        assert (await tap(town, f"{path}/arrival", "POST", minutes=wrong)).status_code == 422
    assert town.events(case(town), ArrivalEstimated) == []


async def test_a_late_yes_is_thanked_and_stands_by(town: Town) -> None:
    one, two, three = peers_asked(town)
    await town.accept(one)
    await town.accept(two)

    page = await town.accept(three)

    assert "The team is complete, thank you" in page
    assert "Please stand by" in page
    (standby,) = town.events(case(town), StandbyOffered)
    assert isinstance(standby, StandbyOffered)
    assert standby.member_id == three
    assert "That is fine" in await town.tap(three, "cannot")


async def test_cannot_after_all_opens_the_place_and_asks_the_next(town: Town) -> None:
    one, two, _three = peers_asked(town)
    for member in (one, two, "m-1"):
        await town.accept(member)
    assert len(town.events(case(town), TeamFormed)) == 1
    town.phones.look()

    page = await town.tap(one, "cannot")

    assert "You are off the team" in page
    town.phones.assert_silent(one)
    assert len(peers_asked(town)) > 3
    back = [e for e in town.events(case(town), OfferWithdrawn) if e.member_id == one]  # type: ignore[attr-defined]
    assert [e.reason for e in back] == ["cannot_serve"]  # type: ignore[attr-defined]
    await town.accept(peers_asked(town)[3])
    assert len(town.events(case(town), TeamFormed)) == 2


async def test_a_standby_gets_the_place_with_one_message_and_no_second_offer(town: Town) -> None:
    one, two, three = peers_asked(town)
    for member in (one, two, "m-1", three):
        await town.accept(member)
    town.phones.look()

    await town.tap(one, "cannot")

    town.phones.expect_text(three, "you are on the team now")
    town.phones.assert_silent(*(f"p-{n}" for n in range(1, 6)))
    assert "you are on the team" in (await tap(town, town.phones.link(three))).text


async def test_not_me_ask_a_colleague(town: Town) -> None:
    one, *_ = peers_asked(town)
    left = sorted({f"p-{n}" for n in range(1, 6)} - set(peers_asked(town)))
    path = town.phones.link(one)
    page = await tap(town, f"{path}/colleague")
    assert page.status_code == 200
    assert len(page.content) < 10_000
    for name in left:
        assert f'<option value="{name}">{name}, st-1</option>' in page.text
    for name in peers_asked(town):
        assert f'value="{name}"' not in page.text, "was asked already"

    chosen = left[-1]
    page = await tap(town, f"{path}/decline", "POST", colleague=chosen)
    await town.settle()

    assert "That is fine" in page.text
    (told,) = town.events(case(town), MemberSuggested)
    assert isinstance(told, MemberSuggested)
    assert (told.by, told.member_id) == (one, chosen)
    assert peers_asked(town)[-1] == chosen
    assert (await tap(town, f"{path}/colleague")).url.path == path, "answered: nothing to name"


async def test_a_colleagues_name_is_shown_on_the_page_and_kept_nowhere_else(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    one, *_ = peers_asked(town)
    left = next(f"p-{n}" for n in range(1, 6) if f"p-{n}" not in peers_asked(town))
    label = "Somebody the roster calls so"
    contact = {"label": label, "email": f"{left}@phones.invalid"}
    await town.enroll(left, Role.PEER, contact=contact)

    page = await tap(town, f"{town.phones.link(one)}/colleague")

    assert label in page.text
    await tap(town, f"{town.phones.link(one)}/decline", "POST", colleague=left)
    await town.settle()
    for recorded in town.journal.all(Stream.DISPATCH):
        assert label not in recorded.event.model_dump_json()
    assert label not in capsys.readouterr().out


async def test_the_page_of_one_who_serves_stays_small_on_a_large_roster(tmp_path: Path) -> None:
    async with a_town(tmp_path) as town:
        await town.enroll_team(peers=90, mhps=2)
        await town.report(**PEDIATRIC_DEATH)
        one, *_ = peers_asked(town)
        page = await tap(town, f"{town.phones.link(one)}/colleague")
        assert page.text.count("<option") == 60
        assert len(page.content) < 10_000


async def test_the_calendar_file_gives_nothing_away(town: Town) -> None:
    one, two, *_ = peers_asked(town)
    await town.accept(one)
    await town.tap(one, "arrival", minutes="60")
    path = town.phones.link(one)

    file = await tap(town, f"{path}/tailboard.ics")

    assert file.headers["content-type"].startswith("text/calendar")
    (entry,) = Calendar.from_ical(file.content).walk("VEVENT")
    assert isinstance(entry, Event)
    assert entry["summary"] == "Tailboard"
    assert entry.start.isoformat() == "2026-03-02T04:00:00+00:00"
    text = file.text.lower()
    for secret in (one, "peer", "pediatric", case(town), path, "http", "metro"):
        assert secret not in text, secret
    not_taken = town.phones.link(two)
    assert (await tap(town, f"{not_taken}/tailboard.ics")).url.path == not_taken


async def test_a_professional_approves_in_one_tap_and_may_take_it_back(town: Town) -> None:
    page = await town.accept("m-1")
    assert "Debriefing" in page
    assert "not approved yet" in page
    assert "Defusing" not in page, "the policy leaves it to the peers"

    page = await town.tap("m-1", "sessions", kind="debriefing", answer="approve")
    assert "you have approved it" in page
    assert len(town.events(case(town), GroupSessionsApproved, ApprovalGiven)) == 2
    page = await town.tap("m-1", "sessions", kind="debriefing", answer="not-now")
    assert "not now, you said" in page
    assert len(town.events(case(town), GroupSessionsRefused)) == 1


async def test_a_peer_sees_nothing_to_approve_and_approves_nothing(town: Town) -> None:
    one, *_ = peers_asked(town)
    assert "Debriefing" not in await town.accept(one)

    await town.tap(one, "sessions", kind="debriefing", answer="approve")

    assert town.events(case(town), GroupSessionsApproved) == []


async def test_the_page_works_until_the_plans_last_window_has_closed(town: Town) -> None:
    await town.accept("m-1")
    await town.advance(days=3)
    assert "you have approved it" in await town.tap(
        "m-1", "sessions", kind="debriefing", answer="approve"
    )
    await town.advance(days=40)
    assert "This offer is over" in (await tap(town, town.phones.link("m-1"))).text
    await town.tap("m-1", "cannot")
    assert not [e for e in town.events(case(town), OfferWithdrawn) if e.member_id == "m-1"]  # type: ignore[attr-defined]


async def test_every_view_is_small_closed_and_nameless(town: Town) -> None:
    one, two, three = peers_asked(town)
    seen = []
    for member, taps in (
        (one, ("accept", "cannot")),
        (two, ("accept",)),
        (three, ("accept",)),
        ("m-1", ("accept",)),
        ("m-2", ("accept",)),
    ):
        path = town.phones.link(member)
        seen.append(await tap(town, path))
        for word in taps:
            seen.append(await tap(town, f"{path}/{word}", "POST"))
            await town.settle()
    assert len(town.events(case(town), OfferAccepted)) >= 4
    for page in seen:
        assert page.status_code == 200
        assert len(page.content) < 10_000
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        assert "<script" not in page.text
        for secret in (one, two, three, "m-1", "pediatric", "cardiac", case(town)):
            assert secret not in page.text.replace(page.url.path, ""), secret
