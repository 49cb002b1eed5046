"""What dispatch reacts to: the wish for a team, its own timers, and news of the follow-up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.aftercare import AftercareEscalated
from schemas.drills import DrillEnded
from schemas.envelope import Recorded
from schemas.exceptions import WrittenNoticeOverdue, WrittenNoticeReminded
from schemas.followup import (
    CheckInFellDue,
    CheckInMissed,
    InterventionMissed,
    InterventionOverdue,
)
from schemas.intake import (
    ActivationRequested,
    DeactivationRequested,
    ExposureRecorded,
    ReviewAnswered,
    ReviewEscalated,
    ReviewOpened,
    ReviewOverdue,
)
from schemas.one_on_ones import (
    ContactFellDue,
    GlassBroken,
    HandOverOffered,
    OneOnOneOrphaned,
    OneOnOneOverdue,
)
from schemas.referrals import ResourceOutdated
from schemas.refusals import RefusalCode
from schemas.sessions import (
    CoverageReleased,
    CoverageRequested,
    FacilitatorsReminded,
    InterventionProposed,
    InterventionScheduled,
    InterventionUnscheduled,
    ItemEscalated,
    OutcomeAsked,
    ProposalFailed,
    WindowClosingWarned,
)
from schemas.subjects import Entity, Stream
from services.dispatch.aftercare_news import when_aftercare_news
from services.dispatch.deadlines import OF_REQUESTS
from services.dispatch.decider import DISPATCH
from services.dispatch.private_news import when_private_news
from services.dispatch.ranking import first_wave, rank
from services.dispatch.reactions import (
    when_activation_requested,
    when_deactivation_requested,
    when_drill_ended,
    when_due,
    when_exposure_recorded,
    when_followup_news,
    when_review_answered,
    when_review_moves,
)
from services.dispatch.session_news import when_session_news
from services.dispatch.support_news import when_support_news
from services.runtime.broker import Listener, on_due, on_event
from services.runtime.errors import Transient
from services.runtime.handle import handle
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from schemas.envelope import TimerDue
    from services.dispatch.circles import Circles
    from services.dispatch.commands import DispatchCommand
    from services.dispatch.private_news import PrivateNews
    from services.dispatch.reactions import FollowupNews, ReviewNews
    from services.dispatch.requests import RequestDesk
    from services.dispatch.session_news import SessionNews
    from services.dispatch.support_news import SupportNews
    from services.runtime.host import Ports

_WORKERS = 8
_TURNS = 4
_COME_AGAIN = frozenset(
    {RefusalCode.UNKNOWN_CASE, RefusalCode.UNKNOWN_REVIEW, RefusalCode.TIMER_NOT_DUE}
)


@dataclass(frozen=True, slots=True)
class Subscribers:
    """Dispatch's reactions, on its ports and its books."""

    ports: Ports
    circles: Circles
    requests: RequestDesk

    def listeners(self) -> tuple[Listener, ...]:
        """One durable consumer per reaction."""
        news = self.on_followup_news
        return (
            on_event(
                "dispatch-activations",
                ActivationRequested,
                self.on_activation,
                _WORKERS,
                prompt=True,
            ),
            on_event("dispatch-exposures", ExposureRecorded, self.on_exposure),
            on_event("dispatch-deactivations", DeactivationRequested, self.on_deactivation),
            on_event("dispatch-drills-ended", DrillEnded, self.on_drill_ended),
            on_event("dispatch-reviews-opened", ReviewOpened, self.on_review, _WORKERS),
            on_event("dispatch-reviews-escalated", ReviewEscalated, self.on_review),
            on_event("dispatch-reviews-overdue", ReviewOverdue, self.on_review),
            on_event("dispatch-reviews-answered", ReviewAnswered, self.on_review_answered),
            on_due("dispatch-due", Stream.DISPATCH, self.on_due),
            on_event("dispatch-check-ins-due", CheckInFellDue, news),
            on_event("dispatch-check-ins-missed", CheckInMissed, news),
            on_event("dispatch-check-ins-escalated", AftercareEscalated, self.on_escalated),
            on_event("dispatch-sessions-overdue", InterventionOverdue, news),
            on_event("dispatch-sessions-missed", InterventionMissed, news),
            on_event("dispatch-places-stale", ResourceOutdated, self.on_support_news),
            on_event("dispatch-notices-due", WrittenNoticeReminded, self.on_support_news),
            on_event("dispatch-notices-overdue", WrittenNoticeOverdue, self.on_support_news),
            *self._of_sessions(),
            *self._of_one_on_ones(),
        )

    def _of_sessions(self) -> tuple[Listener, ...]:
        """One per kind of news of when a session is held."""
        news = self.on_session_news
        return (
            on_event("dispatch-sessions-proposed", InterventionProposed, news),
            on_event("dispatch-proposals-failed", ProposalFailed, news),
            on_event("dispatch-sessions-scheduled", InterventionScheduled, news),
            on_event("dispatch-sessions-unscheduled", InterventionUnscheduled, news),
            on_event("dispatch-windows-closing", WindowClosingWarned, news),
            on_event("dispatch-facilitators-reminded", FacilitatorsReminded, news),
            on_event("dispatch-outcomes-asked", OutcomeAsked, news),
            on_event("dispatch-items-escalated", ItemEscalated, news),
            on_event("dispatch-coverage-requested", CoverageRequested, news),
            on_event("dispatch-coverage-released", CoverageReleased, news),
        )

    def _of_one_on_ones(self) -> tuple[Listener, ...]:
        """One per kind of news of somebody who is looked after."""
        news = self.on_private_news
        return (
            on_event("dispatch-contacts-due", ContactFellDue, news),
            on_event("dispatch-one-on-ones-overdue", OneOnOneOverdue, news),
            on_event("dispatch-one-on-ones-orphaned", OneOnOneOrphaned, news),
            on_event("dispatch-hand-overs-offered", HandOverOffered, news),
            on_event("dispatch-glass-broken", GlassBroken, news),
        )

    async def on_activation(self, told: Recorded[ActivationRequested]) -> None:
        """Rank the roster and ask the first members, whom other cases see at once."""
        agency, event = told.entity.agency, told.event
        now = self.ports.clock.now()
        about = (agency, told.entity.id, event.brief, event.units)
        case = Entity(Stream.DISPATCH, agency, told.entity.id)
        reading = asyncio.gather(
            self.circles.for_case(*about, at=now), self.ports.journal.load(case)
        )
        await _until_asked()
        guess = self.circles.guess(*about, at=now)
        ranking = rank(guess.roster, guess.asking)
        read, _ = await reading
        known = self.circles.guess(
            *about, at=now
        )  # with whom another case holds since a moment ago
        lenders = () if event.brief.drill else read.lenders  # no neighbour is called for practice
        if known != guess or lenders:
            ranking = rank(known.roster, known.asking, lenders)
        command = when_activation_requested(told, ranking, known.asking.now)
        policy = command.brief.policy
        asked = first_wave(policy.places, policy.surplus, command.candidates)
        asked = () if event.brief.drill else asked
        with self.circles.loads.holding(told.entity, asked):
            await self._handle(agency, command)

    async def on_exposure(self, told: Recorded[ExposureRecorded]) -> None:
        """Keep those who turned out to have been there off the phone."""
        agency = told.entity.agency
        roster = await self.circles.book.of(agency)
        neighbours = await self.circles.neighbours(agency)
        command = when_exposure_recorded(told, roster, neighbours, self.ports.clock.now())
        await self._handle(told.entity.agency, command)

    async def on_deactivation(self, told: Recorded[DeactivationRequested]) -> None:
        """Take back what was asked."""
        command = when_deactivation_requested(told, self.ports.clock.now())
        await self._handle(told.entity.agency, command)

    async def on_drill_ended(self, told: Recorded[DrillEnded]) -> None:
        """Thank those who were asked in an exercise."""
        if told.event.begun:
            await self._handle(told.entity.agency, when_drill_ended(told, self.ports.clock.now()))

    async def on_review(self, told: Recorded[ReviewNews]) -> None:
        """Ask who may decide."""
        roster = await self.circles.book.of(told.entity.agency)
        command = when_review_moves(told, roster, self.ports.clock.now())
        await self._handle(told.entity.agency, command)

    async def on_review_answered(self, told: Recorded[ReviewAnswered]) -> None:
        """Let the others off."""
        command = when_review_answered(told, self.ports.clock.now())
        await self._handle(told.entity.agency, command)

    async def on_due(self, due: TimerDue) -> None:
        """Expire an offer, tell that the team is overdue, or see to a request."""
        if due.timer.kind in OF_REQUESTS:
            await self.requests.on_due(due)
            return
        await self._handle(due.entity.agency, when_due(due, self.ports.clock.now()))

    async def on_followup_news(self, told: Recorded[FollowupNews]) -> None:
        """Remind the peer of a check-in, or call the coordinator."""
        if told.entity.is_request:
            await self._on_aftercare_news(told)
            return
        await self._handle(told.entity.agency, when_followup_news(told, self.ports.clock.now()))

    async def on_escalated(self, told: Recorded[AftercareEscalated]) -> None:
        """Nobody saw to a missed check-in after a request: tell those behind the coordinators."""
        await self._on_aftercare_news(told)

    async def _on_aftercare_news(
        self, told: Recorded[FollowupNews] | Recorded[AftercareEscalated]
    ) -> None:
        """Remind whoever took a request, or ask the coordinators to call them."""
        event = told.event
        if isinstance(event, CheckInFellDue | CheckInMissed | AftercareEscalated):
            roster = await self.circles.book.of(told.entity.agency)
            news = Recorded(told.entity, told.meta, event, told.sequence)
            command = when_aftercare_news(news, roster, self.ports.clock.now())
            await self._handle(told.entity.agency, command)

    async def on_session_news(self, told: Recorded[SessionNews]) -> None:
        """Invite, remind or let off whoever holds a session; call the coordinator; ask for cover."""
        command = when_session_news(told, self.ports.clock.now())
        if command is not None:
            await self._handle(told.entity.agency, command)

    async def on_support_news(self, told: Recorded[SupportNews]) -> None:
        """Tell the coordinators of a place, or the mental health lead of a written notice."""
        roster = await self.circles.book.of(told.entity.agency)
        command = when_support_news(told, roster, self.ports.clock.now())
        await self._handle(told.entity.agency, command)

    async def on_private_news(self, told: Recorded[PrivateNews]) -> None:
        """Remind a peer of whom they look after, or tell the coordinators whose it is."""
        roster = await self.circles.book.of(told.entity.agency)
        command = when_private_news(told, roster, self.ports.clock.now())
        await self._handle(told.entity.agency, command)

    async def _handle(self, agency: str, command: DispatchCommand) -> None:
        entity = Entity(Stream.DISPATCH, agency, command.case_id)
        handled = await handle(self.ports.journal, DISPATCH, entity, command)
        self.circles.loads.note(entity, handled.events, command.now)
        if handled.refusal is None:
            return
        if handled.refusal.code in _COME_AGAIN:
            raise Transient(handled.refusal.detail, retry_after=1.0)
        log.info("refused", code=handled.refusal.code.value, command=type(command).__name__)


async def _until_asked() -> None:
    """Until requests that were begun are on their way: their answers come while we compute."""
    for _ in range(_TURNS):
        await asyncio.sleep(0)  # noqa: TID251 - yields to the loop, waits for nothing
