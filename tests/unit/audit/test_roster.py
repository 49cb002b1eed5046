"""The roster's page: who can be asked, what bites soon, what each carried, and how messages go out."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from schemas.roster import MemberLeft
from services.audit.currency import read_numbers
from services.audit.steps import RowState
from tests.unit.audit import night, people
from tests.unit.audit.desk import Desk
from tests.unit.audit.story import AGENCY, START, hours

if TYPE_CHECKING:
    from pathlib import Path

    from services.audit.views.roster import Listed, RosterPage

ZONE = ZoneInfo("America/Los_Angeles")
FINE: tuple[str, ...] = ()


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    desk = Desk.at(tmp_path)
    await people.whole(desk.journal)
    desk.clock.at = night.AT
    return desk


async def shown(desk: Desk, file: Path | None = None) -> RosterPage:
    async with desk.reading() as reader:
        return await reader.roster(AGENCY, ZONE, read_numbers(file))


async def members(desk: Desk, file: Path | None = None) -> dict[str, Listed]:
    groups = (await shown(desk, file)).groups
    return {each.member_id: each for group in groups for each in group.members}


@pytest.mark.parametrize(
    ("member_id", "bites", "soon"),
    [
        ("p-01", FINE, FINE),
        ("p-15", ("training lapsed 12 days ago",), FINE),
        ("p-16", FINE, ("training lapses in 30 days",)),
        ("p-17", FINE, ("contact goes stale in 10 days",)),
        ("p-18", ("contact went stale 5 days ago",), FINE),
        ("p-19", FINE, FINE),
        ("p-20", FINE, ("designation ends in 9 days",)),
        ("p-22", ("stood down (own case)",), FINE),
        ("p-23", FINE, FINE),
        ("p-26", FINE, FINE),
        ("p-27", ("training lapsed 1136 days ago",), FINE),
        ("p-28", ("no training for this role",), FINE),
        ("h-02", ("training lapsed 1 day ago",), FINE),
        ("c-01", FINE, FINE),
    ],
)
async def test_what_bites_is_said_before_and_after(
    desk: Desk, member_id: str, bites: tuple[str, ...], soon: tuple[str, ...]
) -> None:
    one = (await members(desk))[member_id]
    assert (one.bites, one.soon) == (bites, soon)
    wanted = RowState.MISSED if bites else RowState.LATE if soon else RowState.ON_TIME
    assert one.tone is wanted


async def test_who_left_is_not_shown_and_who_came_back_is(desk: Desk) -> None:
    assert "p-21" not in await members(desk)
    again = people.entry(designated_from=people.ago(1))
    await people.tell(desk.journal, "p-21", again)
    assert (await members(desk))["p-21"].bites == ()
    await people.tell(desk.journal, "p-21", MemberLeft(designated_until=people.TODAY))
    last_day = (await members(desk))["p-21"]
    assert (last_day.bites, last_day.soon) == ((), ("designation ends after today",))


async def test_who_is_muted_is_not_counted_and_hours_are_told(desk: Desk) -> None:
    found = await members(desk)
    assert found["p-24"].muted_until == START + hours(9)
    assert found["p-24"].tone is RowState.INFO
    assert found["p-25"].has_hours
    (peers, *_) = (await shown(desk)).groups
    assert (peers.label, peers.able, len(peers.members), peers.soon) == ("Peers", 21, 27, 3)
    desk.clock.at = START + hours(9)
    assert (await members(desk))["p-24"].muted_until is None


async def test_who_needs_something_comes_first(desk: Desk) -> None:
    (peers, *_) = (await shown(desk)).groups
    order = [each.member_id for each in peers.members]
    assert order[:9] == ["p-15", "p-18", "p-22", "p-27", "p-28", "p-16", "p-17", "p-20", "p-24"]


async def test_load_counts_offers_and_places_of_the_last_month(desk: Desk) -> None:
    await night.whole(desk.journal)
    page = await shown(desk)
    found = {each.member_id: each for group in page.groups for each in group.members}
    assert (found["p-01"].asked, found["p-01"].taken) == (2, 1)
    assert (found["p-14"].asked, found["p-14"].taken) == (1, 0)
    assert page.most_asked == 3
    desk.clock.at = START + hours(31 * 24)
    assert (await shown(desk)).most_asked == 0


async def test_gaps_that_are_over_are_left_out(desk: Desk) -> None:
    page = await shown(desk)
    assert [hole.words for hole in page.holes] == [
        "p-24 is on call and muted",
        "no peer with group training is on call",
    ]
    assert page.checked_at == START - hours(1)


async def test_carriers_tell_what_became_of_a_day_s_messages(desk: Desk) -> None:
    await night.asking(desk.journal)
    email, sms = (await shown(desk)).carriers
    assert (email.label, email.sent, email.failed) == ("Email", 8, 2)
    assert email.last_failed_at == START + hours(0.5) + night.minutes(19)
    assert (sms.label, sms.sent, sms.failed, sms.last_failed_at) == ("SMS", 1, 0, None)
    desk.clock.at = START + hours(30)
    assert (await shown(desk)).carriers == ()


async def test_an_agency_s_own_numbers_are_read(desk: Desk, tmp_path: Path) -> None:
    own = tmp_path / "roster.yaml"
    own.write_text(
        "version: 1\ncontact_fresh_for: P30D\nwarn_ahead: P5D\n"
        "valid_months: {icisf_group: 1}\nroles: {}\n"
    )
    found = await members(desk, own)
    assert found["p-17"].bites == ("contact went stale 50 days ago",)
    assert found["p-16"].soon == ()
    assert found["p-28"].bites == (), "no role needs any training"


async def test_a_role_that_needs_no_training_of_this_year_is_not_judged_by_it(
    desk: Desk, tmp_path: Path
) -> None:
    own = tmp_path / "roster.yaml"
    needs = "{peer: {one_of: [icisf_group], current: false}}"
    months = "{icisf_group: 60, in_service: 12}"
    own.write_text(
        f"contact_fresh_for: P90D\nwarn_ahead: P60D\nvalid_months: {months}\nroles: {needs}\n"
    )
    assert (await members(desk, own))["p-27"].bites == ()
    own.write_text(own.read_text().replace("current: false", "current: true"))
    assert (await members(desk, own))["p-27"].bites == ("training lapsed 1136 days ago",)


@pytest.mark.parametrize("text", [None, "version: [", "version: 1"])
async def test_numbers_that_cannot_be_read_leave_those_that_ship(
    tmp_path: Path, text: str | None
) -> None:
    file = tmp_path / "roster.yaml"
    if text is not None:
        file.write_text(text)
    assert read_numbers(file) == read_numbers(None)
