"""The watchdog finds what was lost, whatever it was, has it done, and is silent when all is well."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from schemas.dispatch import (
    AlarmEscalated,
    CoordinatorAlarmed,
    OfferExpired,
    OfferExtended,
    TeamActivated,
)
from schemas.followup import CheckInFellDue, CheckInMissed, FollowupPlanned, InterventionMissed
from schemas.intake import ReviewEscalated, ReviewOpened, ReviewOverdue
from schemas.redrive import Redriven
from services.audit.news import News
from services.audit.projector import Projector
from services.audit.settings import AuditSettings
from services.audit.store import Store
from services.audit.watchdog import Watchdog
from services.runtime.ask import nobody_answers
from tests.support.asking import asking
from tests.support.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from services.runtime.ask import Ask
    from tests.support.town import Town

CRITICAL = {
    "incident_type": "Pediatric cardiac arrest",
    "patients": [{"age_years": 3, "outcome": "died", "resuscitated": True}],
}
REVIEWED = {"incident_type": "Structure fire", "flags": ["media_interest"], "units": ["E12"]}
DEADMAN = "https://watch.invalid/ping"


class Watched:
    """A town with audit's views and its watchdog, and who listens for the dead man's switch."""

    def __init__(self, town: Town, folder: Path, ask: Ask | None = None) -> None:
        self.town = town
        self.pings: list[str] = []
        self._store, news = Store(AuditSettings(data_dir=folder).views), News()
        self._projector = Projector(town.journal, self._store, news)
        journal, clock = town.journal, town.clock
        self.dog = Watchdog(
            self._store,
            ask or asking(town.services, journal, clock),
            clock,
            self._projector.is_caught_up,
            DEADMAN,
            http=self._http,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Watched]:
        tasks = [asyncio.ensure_future(job()) for job in self._projector.jobs()]
        await self._projector.caught_up()
        yield self
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._store.close()

    async def look(self) -> None:
        """One look at views that are current, and let everything settle."""
        await self._projector.level()
        await self.dog.look()
        await self.town.settle()

    def _http(self) -> httpx.AsyncClient:
        def take(request: httpx.Request) -> httpx.Response:
            self.pings.append(str(request.url))
            return httpx.Response(204)

        return httpx.AsyncClient(transport=httpx.MockTransport(take))


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    async with a_town(tmp_path) as town, Watched(town, tmp_path).running() as watched:
        await town.enroll_team(peers=4, mhps=2)
        yield watched


async def activated(watched: Watched) -> str:
    return str((await watched.town.report(**CRITICAL))["case_id"])


async def formed(watched: Watched) -> str:
    case_id = await activated(watched)
    for member in ("p-1", "p-2", "p-3", "p-4", "m-1", "m-2"):
        if member in watched.town.phones.asked():
            await watched.town.accept(member)
    return case_id


async def test_when_all_is_well_it_asks_for_nothing_and_says_so_once_a_minute(
    watched: Watched,
) -> None:
    await formed(watched)
    for _ in range(9):
        await watched.town.advance(seconds=15)
        await watched.look()
    told = watched.dog.status()
    assert (told.clean, told.overdue, told.redriven, told.stuck) == (True, 0, 0, ())
    assert watched.pings == [DEADMAN] * 3


async def test_a_lost_activation_is_done_within_a_look(watched: Watched) -> None:
    watched.town.lost = {"dispatch-activations"}
    case_id = await activated(watched)
    assert not watched.town.events(case_id, TeamActivated)
    watched.town.lost = set()
    await watched.town.advance(seconds=15)
    await watched.look()
    assert len(watched.town.events(case_id, TeamActivated)) == 1
    assert watched.town.phones.asked(), "the phones rang"
    assert not watched.dog.status().clean
    assert watched.pings == []
    await watched.look()
    told = watched.dog.status()
    assert (told.clean, told.redriven) == (True, 1)
    assert watched.pings == [DEADMAN]
    assert len(watched.town.events(case_id, TeamActivated)) == 1


async def test_offers_whose_timers_were_lost_expire_and_the_next_are_asked(
    watched: Watched,
) -> None:
    case_id = await activated(watched)
    before = len(watched.town.events(case_id, OfferExtended))
    watched.town.lost = {"dispatch-due"}
    await watched.town.advance(minutes=16)
    assert not watched.town.events(case_id, OfferExpired)
    watched.town.lost = set()
    await watched.look()
    assert watched.town.events(case_id, OfferExpired)
    assert len(watched.town.events(case_id, OfferExtended)) > before
    await watched.look()
    assert watched.dog.status().clean


async def test_an_alarm_that_nobody_passed_on_is_passed_on(watched: Watched) -> None:
    case_id = await activated(watched)
    while not watched.town.events(case_id, CoordinatorAlarmed):
        await watched.town.advance(minutes=1)
    assert not watched.town.events(case_id, AlarmEscalated)
    watched.town.lost = {"dispatch-due"}
    await watched.town.advance(hours=3)
    watched.town.lost = set()
    assert not watched.town.events(case_id, AlarmEscalated)
    await watched.look()
    assert watched.town.events(case_id, AlarmEscalated)


async def test_a_question_that_was_not_passed_on_is_passed_on(watched: Watched) -> None:
    taken = await watched.town.report(**REVIEWED)
    case_id = str(taken["case_id"])
    assert watched.town.events(case_id, ReviewOpened)
    watched.town.lost = {"intake-due"}
    await watched.town.advance(hours=5)
    assert not watched.town.events(case_id, ReviewEscalated, ReviewOverdue)
    watched.town.lost = set()
    await watched.look()
    assert watched.town.events(case_id, ReviewEscalated)
    assert watched.town.events(case_id, ReviewOverdue)
    await watched.look()
    assert watched.dog.status().clean


async def test_a_team_without_a_plan_gets_one(watched: Watched) -> None:
    watched.town.lost = {"followup-teams-formed"}
    case_id = await formed(watched)
    assert not watched.town.events(case_id, FollowupPlanned)
    watched.town.lost = set()
    await watched.town.advance(seconds=15)
    await watched.look()
    assert len(watched.town.events(case_id, FollowupPlanned)) == 1
    await watched.look()
    assert watched.dog.status().clean


async def test_windows_and_check_ins_of_any_age_are_found(watched: Watched) -> None:
    case_id = await formed(watched)
    watched.town.lost = {"followup-due"}
    await watched.town.advance(days=40)
    assert not watched.town.events(case_id, CheckInFellDue, InterventionMissed)
    watched.town.lost = set()
    for _ in range(3):
        await watched.look()
    assert watched.town.events(case_id, CheckInMissed)
    assert watched.town.events(case_id, InterventionMissed)
    assert watched.dog.status().clean


async def test_what_cannot_be_done_is_shown_and_keeps_the_switch_silent(tmp_path: Path) -> None:
    async with (
        a_town(tmp_path) as town,
        Watched(town, tmp_path, nobody_answers).running() as watched,
    ):
        await town.enroll_team(peers=4, mhps=2)
        town.lost = {"dispatch-activations"}
        case_id = await activated(watched)
        await town.advance(minutes=5)
        await watched.look()
        await watched.look()
        told = watched.dog.status()
        (stuck,) = told.stuck
        assert (stuck.case_id, stuck.service, stuck.tries) == (case_id, "dispatch", 2)
        assert stuck.what == "a team was wanted and nobody was asked"
        assert stuck.became is None
        assert watched.pings == []


async def test_what_a_service_refuses_to_do_again_changes_nothing(watched: Watched) -> None:
    case_id = await activated(watched)
    before = watched.town.kinds(case_id)
    ask = asking(watched.town.services, watched.town.journal, watched.town.clock)
    body = (
        f'{{"listener": "dispatch-activations", "stream": "intake", "agency": "metro",'
        f' "entity_id": "{case_id}", "event": "activation_requested"}}'
    )
    told = await ask("redrive.dispatch", body.encode(), 1.0)
    assert Redriven.DONE.value in told.decode()
    await watched.town.settle()
    assert watched.town.kinds(case_id) == before
    for wrong in (b"{}", body.replace("activations", "nothing").encode(), b"\xff"):
        assert Redriven.UNKNOWN.value in (await ask("redrive.dispatch", wrong, 1.0)).decode()
