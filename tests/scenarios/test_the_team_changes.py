"""People drop out, stand by, name each other, and a coordinator takes a hand: the team stands anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.dispatch import CoordinatorAlarmed, OfferExtended, TeamFormed
from schemas.policy import Role
from schemas.steps import AlarmAnswered, ArrivalEstimated, StandbyOffered
from tests.scenarios.calls import PEDIATRIC_DEATH

if TYPE_CHECKING:
    from tests.support.town import Town


def asked(town: Town, case_id: str) -> list[str]:
    """Peers in the order of asking, each once."""
    told = town.events(case_id, OfferExtended)
    found = [e.member_id for e in told if isinstance(e, OfferExtended) and e.role is Role.PEER]
    return list(dict.fromkeys(found))


def formed(town: Town, case_id: str) -> list[set[str]]:
    told = town.events(case_id, TeamFormed)
    return [{m.member_id for m in e.members} for e in told if isinstance(e, TeamFormed)]


async def test_a_night_on_which_nearly_everything_goes_wrong(town: Town) -> None:
    """One is late and stands by, one is on the way and turns back, one names a colleague."""
    await town.enroll_team(peers=6, mhps=2)
    case_id = (await town.report(**PEDIATRIC_DEATH))["case_id"]
    first, second, late = asked(town, case_id)
    await town.accept(first)
    await town.tap(first, "arrival", minutes="40")
    await town.accept(second)
    await town.accept("m-1")
    assert formed(town, case_id) == [{first, second, "m-1"}]
    assert "stand by" in await town.accept(late)
    town.phones.look()

    await town.advance(minutes=20)
    await town.tap(first, "cannot")

    town.phones.expect_text(late, "you are on the team now")
    assert formed(town, case_id)[-1] == {late, second, "m-1"}
    town.phones.assert_silent()

    await town.tap(second, "cannot")
    fourth = asked(town, case_id)[3]
    others = {f"p-{n}" for n in range(1, 7)} - {*asked(town, case_id)}
    named = sorted(others)[-1]
    await town.tap(fourth, "decline", colleague=named)
    assert asked(town, case_id)[-1] == named
    await town.accept(named)

    assert formed(town, case_id)[-1] == {late, named, "m-1"}
    assert len(town.events(case_id, ArrivalEstimated)) == 1
    assert len(town.events(case_id, StandbyOffered)) == 1
    assert not town.events(case_id, CoordinatorAlarmed), "no human was woken for any of it"


async def test_an_old_yes_is_asked_for_again(town: Town) -> None:
    """After the time in which a team should stand, somebody may have gone to bed."""
    await town.enroll_team(peers=3, mhps=1)
    case_id = (await town.report(**PEDIATRIC_DEATH))["case_id"]
    first, second, late = asked(town, case_id)
    for member in (first, second, late, "m-1"):
        await town.accept(member)
    await town.advance(hours=5)
    town.phones.look()

    await town.tap(second, "cannot")

    town.phones.expect_text(late, "is needed now")
    await town.accept(late)
    assert formed(town, case_id)[-1] == {first, late, "m-1"}


async def test_a_coordinator_takes_over_and_fills_the_team_by_phone(town: Town) -> None:
    await town.enroll_team(peers=4, mhps=2)
    case_id = (await town.report(**PEDIATRIC_DEATH))["case_id"]
    await town.advance(minutes=31)
    await town.step(case_id, "take-over", reason="nobody_answers")
    await town.step(case_id, "pause", reason="by_phone")
    assert len(town.events(case_id, AlarmAnswered)) == len(town.events(case_id, CoordinatorAlarmed))
    town.phones.look()

    for member in ("p-2", "p-4", "m-1"):
        await town.step(case_id, "add-member", reason="by_phone", member_id=member, said_yes=True)

    assert formed(town, case_id) == [{"p-2", "p-4", "m-1"}]
    await town.advance(hours=2)
    town.phones.assert_silent("c-1")
    await town.step(case_id, "resume", reason="settled")
    await town.step(
        case_id, "replace-member", reason="did_not_come", member_id="p-2", replacement="p-1"
    )
    town.phones.expect_text("p-1", "is needed now")
    assert "you are on the team" in await town.accept("p-1")
    assert formed(town, case_id)[-1] == {"p-1", "p-4", "m-1"}
