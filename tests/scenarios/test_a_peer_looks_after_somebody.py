"""A bad call, and weeks in which one peer and then another looks after somebody whom nobody else knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.candidates import Exclusion
from schemas.dispatch import TeamActivated
from schemas.one_on_ones import OneOnOneErased, OneOnOneOverdue
from tests.component.test_one_on_ones import NAME, NUMBER, everything, page_of, recorded
from tests.scenarios.calls import PEDIATRIC_DEATH
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.town import Town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as running:
        await running.enroll_team(peers=4, mhps=1)
        yield running


async def test_from_a_bad_call_to_the_day_on_which_nobody_knows_any_more(town: Town) -> None:
    case_id = (await town.report(**PEDIATRIC_DEATH))["case_id"]
    first, second = await page_of(town, "p-1"), await page_of(town, "p-2")

    one = await first.begin(case=case_id)
    await town.advance(days=1)
    await first.post(f"/{one}/contacted", **{"in": "7"})

    await town.http.post("/v1/roster/members/p-1/leave", json={"on": "2026-03-03"})
    await town.settle()
    told = [rang.said for rang in town.phones.rang["c-1"]]
    assert any("of peer p-1 needs another peer" in said for said in told)
    town.phones.look()
    body = {"on_behalf_of": "m-1", "reason": "peer_left", "hand_over_to": "p-2"}
    handed = await town.post(f"/v1/private/one-on-ones/{one}/break-glass", **body)
    assert (handed["offered_to"], handed["call_them"]) == ("p-2", None)
    town.phones.expect_text("p-2", "A colleague asks you")
    await second.post(f"/{one}/take")
    assert NUMBER in (await second.get(f"/{one}")).text

    held = {"scope": "case", "case_id": case_id, "reason": "litigation"}
    hold = await town.post("/v1/private/holds", **held)
    await second.post(f"/{one}/contacted", **{"in": "14"})
    await second.post(f"/{one}/close", outcome="referral")
    await town.advance(days=31)
    assert NAME in (await second.get()).text, "a lawyer wants it kept"

    lift = f"/v1/private/holds/{hold['hold_id']}/lift"
    await town.http.post(lift, json={"reason": "released"})
    await town.settle()
    assert NAME not in (await second.get()).text
    assert len(recorded(town, OneOnOneErased)) == 1
    assert recorded(town, OneOnOneOverdue) == [], "nobody was forgotten meanwhile"
    assert not [kind for kind in town.kinds(case_id) if "one_on_one" in kind]
    assert NAME not in everything(town)


@pytest.mark.parametrize(("looked_after", "capped"), [(5, False), (6, True)])
async def test_who_looks_after_many_is_left_in_peace_at_the_next_call(
    town: Town, looked_after: int, *, capped: bool
) -> None:
    busy = await page_of(town, "p-1")
    for _ in range(looked_after):
        await busy.begin(**{"in": "28"})
    await town.report(**PEDIATRIC_DEATH)
    (search,) = recorded(town, TeamActivated)
    assert isinstance(search, TeamActivated)
    excluded = {each.member_id: each.reasons for each in search.excluded}
    assert (excluded.get("p-1") == (Exclusion.CAPPED,)) is capped
