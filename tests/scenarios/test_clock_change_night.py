"""The night on which the clocks change: the call goes to whoever is really on call."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from schemas.candidates import Circle
from schemas.dispatch import TeamActivated
from tests.scenarios.calls import PEDIATRIC_DEATH

if TYPE_CHECKING:
    from tests.support.town import Town


def nightly(first_handover: str) -> dict[str, Any]:
    """Two peers who take turns by the day."""
    shift = {"count": 1, "unit": "days"}
    layer = {"members": ["p-7", "p-8"], "first_handover": first_handover, "shift": shift}
    return {"time_zone": "America/New_York", "role": "peer", "layers": [layer]}


async def on_call_at(town: Town, at: datetime, first_handover: str) -> tuple[str, TeamActivated]:
    """Who is said to be on call, and what an incident at that moment leads to."""
    town.clock.at = at
    await town.enroll_team(peers=8, mhps=2)
    plan = nightly(first_handover)
    answer = await town.http.put("/v1/rota/schedules/peers-nightly", json=plan)
    assert answer.is_success, answer.text
    [duty] = (await town.http.get("/v1/rota/on-call")).json()["on_call"]
    case_id = (await town.report(**PEDIATRIC_DEATH | {"occurred_at": at.isoformat()}))["case_id"]
    [activated] = town.events(case_id, TeamActivated)
    assert isinstance(activated, TeamActivated)
    return duty["member_id"], activated


@pytest.mark.parametrize(
    ("utc", "handover", "expected"),
    [
        # 1 November: 01:30 comes twice. At 01:00, the first time, p-8 had taken over from p-7.
        ((11, 1, 4, 30), "2026-10-31T01:00", "p-7"),  # 00:30
        ((11, 1, 5, 30), "2026-10-31T01:00", "p-8"),  # 01:30, the first
        ((11, 1, 6, 30), "2026-10-31T01:00", "p-8"),  # 01:30, the second: nobody hands back
        # A handover at 01:45 has been once the clock has shown 01:45, and is not undone.
        ((11, 1, 6, 30), "2026-10-31T01:45", "p-8"),
        # 8 March: 02:30 never comes. Who takes over then does so as the clocks change.
        ((3, 8, 6, 59), "2026-03-07T02:30", "p-7"),  # 01:59
        ((3, 8, 7, 0), "2026-03-07T02:30", "p-8"),  # 03:00
    ],
)
async def test_whoever_is_really_on_call_is_asked_first(
    town: Town, utc: tuple[int, int, int, int], handover: str, expected: str
) -> None:
    at = datetime(2026, *utc, tzinfo=UTC)

    told, activated = await on_call_at(town, at, handover)

    assert told == expected
    first = activated.candidates[0]
    assert (first.member_id, first.circle) == (expected, Circle.ON_CALL)
    town.phones.expect_text(expected, "a peer is needed now")
    others = [each.circle for each in activated.candidates[1:] if each.member_id != expected]
    assert Circle.ON_CALL not in others


async def test_the_longer_night_has_one_handover_and_nobody_is_on_call_twice(town: Town) -> None:
    town.clock.at = datetime(2026, 10, 31, 12, tzinfo=UTC)
    await town.enroll_team(peers=8, mhps=1)
    await town.http.put("/v1/rota/schedules/peers-nightly", json=nightly("2026-03-01T01:00"))
    night = {"start": "2026-10-31T12:00", "days": 2}
    shifts = (await town.http.get("/v1/rota/shifts", params=night)).json()["shifts"]
    met = [(one["ends"], other["starts"]) for one, other in pairwise(shifts)]
    assert all(ends == starts for ends, starts in met)
    lengths = [
        datetime.fromisoformat(each["ends"]) - datetime.fromisoformat(each["starts"])
        for each in shifts[1:]
    ]
    assert [length.total_seconds() / 3600 for length in lengths] == [25, 24]
