"""A night with several activations at once, told into a journal: stuck, asking, paused, complete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from schemas.candidates import Candidate, Circle, Excluded, Exclusion
from schemas.deliveries import DeliveryFailed, DeliverySent, DeliveryStarted
from schemas.dispatch import (
    AlarmEscalated,
    AlarmReason,
    CoordinatorAlarmed,
    Failure,
    OfferAccepted,
    OfferDeclined,
    OfferExpired,
    OfferWithdrawn,
    Purpose,
    RosterExhausted,
    TeamActivated,
    TeamFormed,
)
from schemas.policy import Place, Role
from schemas.steps import ArrivalEstimated, AskingPaused, CaseTakenOver, StandbyOffered, StepReason
from schemas.subjects import Stream
from tests.unit.audit.story import START, Story, hours, minutes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from schemas.envelope import Event
    from services.runtime.journal_memory import MemoryJournal

_IDS = UUID("00000000-0000-5000-8000-000000000003")
PEERS = tuple(f"p-{number:02}" for number in range(1, 31))
NOT_ASKED = (
    Excluded(member_id="p-31", reasons=(Exclusion.INVOLVED,)),
    Excluded(member_id="p-32", reasons=(Exclusion.CAPPED, Exclusion.MUTED)),
    *(Excluded(member_id=f"p-{n}", reasons=(Exclusion.AWAY,)) for n in range(40, 52)),
)


@dataclass
class Night:
    """One activation; every time is counted from its report."""

    story: Story
    drill: bool = False

    async def begun(
        self,
        peers: Sequence[str] = PEERS,
        mhps: Sequence[str] = ("h-01", "h-02"),
        wanted: int = 2,
        leads: Sequence[str] = ("l-01",),
    ) -> None:
        """A team is wanted, and the first wave is asked and sent to."""
        await self.story.reported()
        brief = self.story.brief.model_copy(update={"drill": self.drill})
        places = (Place(role=Role.PEER, count=wanted), Place(role=Role.MHP, count=1))
        brief = brief.model_copy(
            update={"policy": brief.policy.model_copy(update={"places": places})}
        )
        opened = TeamActivated(
            brief=brief,
            candidates=(
                *(_candidate(number, member) for number, member in enumerate(peers)),
                *(Candidate(member_id=member, role=Role.MHP) for member in mhps),
            ),
            excluded=NOT_ASKED,
            coordinators=("c-01",),
            form_by=self.story.start + hours(2),
            program_leads=tuple(leads),
        )
        await self.tell(minutes(0), opened)

    async def tell(self, after: timedelta, *events: Event) -> None:
        await self.story.tell(Stream.DISPATCH, after, *events)

    async def ask(
        self, *members: str, after: timedelta, role: Role = Role.PEER, sent: bool = True
    ) -> None:
        """Ask these members, and hand the message to a carrier."""
        for member in members:
            await self.tell(after, self.story.asked(member, role, after))
            if sent:
                await self.send(member, after)

    async def send(
        self,
        member: str,
        after: timedelta,
        channel: str = "email",
        *,
        fails: bool = False,
        next_at: datetime | None = None,
    ) -> None:
        """One message on one channel."""
        offer_id = self.story.offer_id(member)
        about = {
            "delivery_id": uuid5(_IDS, f"{offer_id}{channel}"),
            "member_id": member,
            "purpose": Purpose.OFFER,
            "channel": channel,
        }
        more = {"attempt": 1, "give_up_at": self.story.start + after, "offer_id": offer_id}
        more["parcel_id"] = offer_id
        started = DeliveryStarted.model_validate({**about, **more})
        failed = {"failure": Failure.PERMANENT, "final": True}
        end = (
            DeliveryFailed.model_validate({**about, **failed})
            if fails
            else DeliverySent.model_validate({**about, "next_at": next_at})
        )
        await self.tell(after, started, end)

    async def answer(
        self,
        kind: type[OfferAccepted] | type[OfferDeclined] | type[OfferExpired],
        member: str,
        after: timedelta,
        role: Role = Role.PEER,
    ) -> None:
        """What a member said, or that they said nothing."""
        await self.story.answered(kind, member, role, after)

    def alarm(self, after: timedelta, called: Sequence[str] = ("c-01",)) -> CoordinatorAlarmed:
        return CoordinatorAlarmed(
            alarm_id=uuid5(_IDS, f"{self.story.case_id}alarm"),
            reason=AlarmReason.ROSTER_EXHAUSTED,
            member_ids=tuple(called),
            answer_by=self.story.start + after + minutes(30),
        )


def _candidate(number: int, member: str) -> Candidate:
    circle = Circle.ON_CALL if number < 3 else Circle.AVAILABLE
    first = (f"on_call_{number + 1}",) if number < 3 else ("same_discipline",)
    return Candidate(
        member_id=member, role=Role.PEER, circle=circle, because=(*first, "light_load", "lot")
    )


async def stuck(journal: MemoryJournal) -> Story:
    """Nobody is left to ask, the coordinator does not answer, and the program lead was called."""
    night = Night(Story(journal, number="stuck", trigger="line_of_duty_death", start=START))
    await night.begun(peers=("p-01", "p-02", "p-03"), mhps=("h-01",))
    await night.ask("p-01", "p-02", "p-03", after=minutes(1))
    await night.ask("h-01", after=minutes(1), role=Role.MHP)
    await night.answer(OfferAccepted, "p-01", minutes(3))
    await night.answer(OfferDeclined, "p-02", minutes(5))
    await night.answer(OfferExpired, "p-03", minutes(16))
    gone = RosterExhausted(
        missing=(Place(role=Role.PEER, count=1),), members=(), brief=night.story.brief
    )
    await night.tell(minutes(16), gone, night.alarm(minutes(16)))
    await night.answer(OfferExpired, "h-01", minutes(16), Role.MHP)
    called = AlarmEscalated(
        alarm_id=night.alarm(minutes(16)).alarm_id,
        reason=AlarmReason.ROSTER_EXHAUSTED,
        member_ids=("l-01",),
    )
    await night.tell(minutes(46), called)
    return night.story


async def asking(journal: MemoryJournal, number: str = "asking") -> Story:
    """The second wave: one is on the way, one was not reached, two may still answer."""
    night = Night(Story(journal, number=number, trigger="child_death", start=START + minutes(30)))
    await night.begun(wanted=3)
    await night.ask("p-01", "p-02", "p-03", "p-04", after=minutes(1))
    await night.ask("h-01", "h-02", after=minutes(1), role=Role.MHP)
    await night.answer(OfferAccepted, "p-02", minutes(2))
    await night.tell(minutes(3), arrival(night.story, "p-02", 40, minutes(3)))
    await night.answer(OfferDeclined, "p-03", minutes(4))
    await night.ask("p-05", after=minutes(4))
    await night.answer(OfferAccepted, "h-01", minutes(8), Role.MHP)
    spare = OfferWithdrawn(
        offer_id=night.story.offer_id("h-02"),
        member_id="h-02",
        role=Role.MHP,
        reason="team_complete",
    )
    await night.tell(minutes(8), spare)
    await night.answer(OfferExpired, "p-01", minutes(16))
    await night.answer(OfferExpired, "p-04", minutes(16))
    await night.ask("p-06", after=minutes(16), sent=False)
    await night.send("p-06", minutes(16), fails=True)
    await night.ask("p-07", after=minutes(16))
    await night.answer(OfferExpired, "p-05", minutes(19))
    await night.ask("p-08", after=minutes(19), sent=False)
    await night.send("p-08", minutes(19), fails=True)
    await night.send("p-08", minutes(19.5), "sms")
    return night.story


async def paused(journal: MemoryJournal) -> Story:
    """A coordinator has it, and calls people herself."""
    night = Night(Story(journal, number="paused", trigger="known_victim", start=START + minutes(5)))
    await night.begun(peers=PEERS[8:], wanted=2)
    await night.ask("p-09", "p-10", "p-11", after=minutes(36))
    await night.ask("h-02", after=minutes(36), role=Role.MHP)
    taken = CaseTakenOver(by="member:c-01", reason=StepReason.SENSITIVE)
    held = AskingPaused(by="member:c-01", reason=StepReason.BY_PHONE)
    await night.tell(minutes(38), taken, held)
    return night.story


async def drill(journal: MemoryJournal) -> Story:
    """An exercise, asked a minute ago."""
    story = Story(journal, number="drill", trigger="mass_casualty", start=START + minutes(50))
    night = Night(story, drill=True)
    await night.begun(wanted=6)
    await night.ask(*PEERS[12:19], after=minutes(1))
    await night.ask("h-02", after=minutes(1), role=Role.MHP)
    await night.answer(OfferAccepted, PEERS[12], minutes(1.5))
    return story


async def complete(journal: MemoryJournal) -> Story:
    """A team on its way; one who said yes too late stands by."""
    story = Story(journal, number="done", trigger="officer_involved_shooting", start=START)
    night = Night(story)
    await night.begun(wanted=2)
    await night.ask("p-21", "p-22", "p-23", after=minutes(1))
    await night.ask("h-01", after=minutes(1), role=Role.MHP)
    for member, role in (("p-21", Role.PEER), ("h-01", Role.MHP), ("p-22", Role.PEER)):
        await night.answer(OfferAccepted, member, minutes(9), role)
    members = (
        Candidate(member_id="p-21", role=Role.PEER),
        Candidate(member_id="p-22", role=Role.PEER),
        Candidate(member_id="h-01", role=Role.MHP),
    )
    await night.tell(minutes(9), TeamFormed(members=members, brief=story.brief))
    late = StandbyOffered(
        offer_id=story.offer_id("p-23"),
        member_id="p-23",
        role=Role.PEER,
        stands_until=story.start + hours(2),
    )
    await night.tell(minutes(12), late, arrival(story, "p-21", 90, minutes(12)))
    return story


def arrival(story: Story, member: str, length: int, after: timedelta) -> ArrivalEstimated:
    """A member says how far out they are."""
    return ArrivalEstimated(
        offer_id=story.offer_id(member),
        member_id=member,
        minutes=length,
        expected_at=story.start + after + minutes(length),
    )


AT = START + minutes(52)
"""When to look."""


async def whole(journal: MemoryJournal) -> dict[str, Story]:
    """All of them; look at `AT`."""
    return {
        "stuck": await stuck(journal),
        "asking": await asking(journal),
        "paused": await paused(journal),
        "drill": await drill(journal),
        "complete": await complete(journal),
    }
