"""kill -9 of each process after each step of a case: nothing is lost and nobody is paged twice.

The steps are the events of a reference case that nobody kills, so a new event is a new step.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from schemas.deliveries import DeliveryFailed, DeliverySent, DeliveryStarted
from schemas.dispatch import (
    MemberNotified,
    OfferAccepted,
    OfferExtended,
    OfferWithdrawn,
    Purpose,
    TeamFormed,
)
from schemas.followup import CheckInFellDue, FollowupPlanned
from schemas.intake import ActivationRequested, IncidentReported
from schemas.policy import Role
from schemas.subjects import case_id_for
from tests.support.processes import ProcessTown, Text, a_process_town

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.envelope import Event

OVERRIDES = {
    "clocks.reply_within": {"auto_page": "PT2S", "auto_plan": "PT2S"},
    "check_ins.standard": [{"after": "PT4S", "source": "TEST: soon enough to wait for"}],
    "caps.open_one_on_ones": 1000,  # nobody marks a check-in as made, and the members are few
}
VICTIMS = ("intake", "dispatch", "followup", "audit", "nats")
_AT_ONCE_OF = {"nats": 4, "audit": 20}
"""Cases at a time: the server's death meets them all, so that many would only wait for each other."""
_AT_ONCE = 12


class Members:
    """In every case the first peer never answers, the second declines, the others accept."""

    def __init__(self, town: ProcessTown) -> None:
        self._town = town
        self._asked: Counter[str] = Counter()
        self._answers: set[asyncio.Task[None]] = set()
        town.phones.on_offer = self.on_offer

    def on_offer(self, text: Text) -> None:
        task = asyncio.get_running_loop().create_task(self._answer(text))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(self, text: Text) -> None:
        case_id = await self._case_of(text)
        self._asked[case_id] += text.owner.startswith("p-")
        turn = self._asked[case_id] if text.owner.startswith("p-") else 0
        if turn == 1:
            return
        word = "decline" if turn == 2 else "accept"
        assert text.link
        await self._town.post(
            "dispatch", f"{text.link}/{word}".replace(self._town.url("dispatch"), "")
        )

    async def _case_of(self, text: Text) -> str:
        """From the streams, as the link itself is opaque."""
        delivery_id = text.message_id.strip("<>").partition("@")[0]
        async with self._town.news:
            await self._town.news.wait_for(lambda: delivery_id in self._town.case_of)
        return self._town.case_of[delivery_id]


def is_complete(events: list[Event]) -> bool:
    """The team stands, the plan is made, both check-ins fell due, and no message is on its way."""
    kinds = Counter(type(event) for event in events)
    sending: set[object] = set()
    for event in events:
        match event:
            case DeliveryStarted():
                sending.add(event.delivery_id)
            case DeliverySent() | DeliveryFailed():
                sending.discard(event.delivery_id)
    notices = [e for e in events if isinstance(e, MemberNotified)]
    reminded = {e.notice_id for e in notices if e.purpose is Purpose.CHECK_IN_DUE}
    told = {e.delivery_id for e in events if isinstance(e, DeliverySent)}
    told |= {e.delivery_id for e in events if isinstance(e, DeliveryFailed) and e.final}
    return (
        kinds[TeamFormed] == 1
        and kinds[FollowupPlanned] == 1
        and kinds[CheckInFellDue] == len(reminded) == 2
        and reminded <= told
        and not sending
    )


async def run_case(town: ProcessTown, number: str, kill: tuple[int, str] | None = None) -> str:
    """Post one incident, kill after a step if asked to, and wait until the case is complete."""
    report = {
        "source": "test",
        "incident_number": number,
        "incident_type": "Cardiac arrest",
        "patients": [{"age_years": 4, "outcome": "died"}],
    }
    case_id = case_id_for("metro", "test", number)
    posting = asyncio.create_task(town.post("intake", "/v1/incidents", report))
    if kill:
        step, victim = kill
        await town.until(case_id, lambda events: len(events) >= step or is_complete(events))
        await town.kill(victim)
    answer = await posting
    assert answer.is_success, answer.text
    assert answer.json()["case_id"] == case_id
    await town.until(case_id, is_complete)
    return case_id


def assert_nobody_was_paged_twice(town: ProcessTown) -> None:
    messages = Counter((text.owner, text.message_id) for text in town.phones.texts)
    doubled = {key: times for key, times in messages.items() if times > 1}
    assert not doubled


def assert_case_is_right(town: ProcessTown, case_id: str) -> None:
    events = town.events(case_id)
    kinds = Counter(type(event) for event in events)
    assert kinds[IncidentReported] == kinds[ActivationRequested] == 1
    accepted = Counter(e.role for e in events if isinstance(e, OfferAccepted))
    assert accepted == {Role.PEER: 2, Role.MHP: 1}
    asked = Counter(e.member_id for e in events if isinstance(e, OfferExtended))
    assert max(asked.values()) == 1, "a member was asked twice in one case"
    open_at_the_end = {e.offer_id for e in events if isinstance(e, OfferExtended)}
    for event in events:
        if type(event).__name__ in {"OfferAccepted", "OfferDeclined", "OfferExpired"}:
            open_at_the_end.discard(event.offer_id)  # type: ignore[attr-defined]
        if isinstance(event, OfferWithdrawn):
            open_at_the_end.discard(event.offer_id)
    assert not open_at_the_end, "an offer is stuck"


async def fill_roster(town: ProcessTown) -> None:
    """So many that nobody runs out of them while a dead dispatch lets every offer expire."""
    for number in range(40):
        await town.enroll(f"p-{number:02}", "peer")
    for number in range(20):
        await town.enroll(f"m-{number:02}", "mhp")
    await town.enroll("c-01", "coordinator")


async def survive(folder: Path, victims: tuple[str, ...], at_once: int) -> None:
    """Kill after every step of a case of its own, one victim after the other in turn."""
    async with a_process_town(folder, OVERRIDES) as town:
        await fill_roster(town)
        Members(town)
        reference = await run_case(town, "reference")
        steps = len(town.events(reference))
        assert steps > 25, "the reference case is shorter than the path that we know"
        gate = asyncio.Semaphore(at_once)

        async def after(step: int) -> str:
            victim = victims[step % len(victims)]
            async with gate:
                return await run_case(town, f"{victim}-{step}", (step, victim))

        cases = await asyncio.gather(*(after(step) for step in range(1, steps + 1)))
        for case_id in (reference, *cases):
            assert_case_is_right(town, case_id)
        assert_nobody_was_paged_twice(town)


@pytest.mark.connected
@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_case_survives_a_kill_after_every_step(tmp_path: Path) -> None:
    await survive(tmp_path, VICTIMS, _AT_ONCE_OF["nats"])


@pytest.mark.exhaustive
@pytest.mark.connected
@pytest.mark.timeout(900)
@pytest.mark.parametrize("victim", VICTIMS)
async def test_a_case_survives_each_kill_after_every_step(tmp_path: Path, victim: str) -> None:
    """A quarter of an hour in all: `make test-kills`."""
    await survive(tmp_path, (victim,), _AT_ONCE_OF.get(victim, _AT_ONCE))
