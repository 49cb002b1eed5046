"""What followup reacts to: the team's news, the end of operations, its own timers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.dispatch import OfferAccepted, RosterExhausted, TeamFormed
from schemas.followup import FollowupWidened, TeamNoted
from schemas.intake import DeactivationRequested, IncidentUpdated, OperationsEnded
from schemas.one_on_ones import LegalHoldLifted, OneOnOneTakenOver
from schemas.refusals import RefusalCode
from schemas.requests import CallbackMade, FollowupWaived, RequestClosed
from schemas.roster import MemberLeft
from schemas.steps import GroupSessionsApproved, GroupSessionsRefused
from schemas.subjects import Stream
from services.followup.aftercare_desk import OF_AFTERCARE
from services.followup.private_desk import OF_ONE_ON_ONES
from services.followup.reactions import (
    NEED_TO_KNOW,
    when_deactivation_requested,
    when_due,
    when_incident_updated,
    when_operations_ended,
    when_sessions_decided,
    when_team_changed,
    when_team_settled,
)
from services.followup.support_desk import OF_SUPPORT
from services.runtime.broker import Listener, on_due, on_event
from services.runtime.errors import Transient
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from schemas.envelope import Recorded, TimerDue
    from schemas.refusals import Refusal
    from schemas.subjects import Entity
    from services.followup.aftercare_desk import AftercareDesk
    from services.followup.commands import FollowupCommand
    from services.followup.private_desk import PrivateDesk
    from services.followup.session_desk import SessionDesk
    from services.followup.support_desk import SupportDesk
    from services.runtime.host import Ports


@dataclass(frozen=True, slots=True)
class Subscribers:
    """Followup's reactions, on its ports and the desk of its sessions."""

    ports: Ports
    desk: SessionDesk
    support: SupportDesk
    private: PrivateDesk
    aftercare: AftercareDesk

    def listeners(self) -> tuple[Listener, ...]:
        """One durable consumer per reaction."""
        return (
            on_event("followup-teams-formed", TeamFormed, self.on_team_settled),
            on_event("followup-rosters-exhausted", RosterExhausted, self.on_team_settled),
            on_event("followup-sessions-approved", GroupSessionsApproved, self.on_sessions_decided),
            on_event("followup-sessions-refused", GroupSessionsRefused, self.on_sessions_decided),
            on_event("followup-operations-ended", OperationsEnded, self.on_operations_ended),
            on_event("followup-crews", IncidentUpdated, self.on_incident_updated),
            on_event("followup-deactivations", DeactivationRequested, self.on_deactivation),
            on_event("followup-teams-changed", TeamNoted, self.on_team_changed),
            on_event("followup-plans-widened", FollowupWidened, self.on_team_changed),
            on_event("followup-peers-left", MemberLeft, self.private.on_member_left),
            on_event("followup-taken-over", OneOnOneTakenOver, self.private.on_taken_over),
            on_event("followup-holds-lifted", LegalHoldLifted, self.private.on_hold_lifted),
            on_event("followup-emergencies-taken", OfferAccepted, self.aftercare.on_taken),
            on_event("followup-callbacks", CallbackMade, self.aftercare.on_request_news),
            on_event("followup-requests-closed", RequestClosed, self.aftercare.on_request_news),
            on_event("followup-waived", FollowupWaived, self.aftercare.on_request_news),
            on_due("followup-due", Stream.FOLLOWUP, self.on_due),
        )

    async def on_team_settled(self, told: Recorded[TeamFormed] | Recorded[RosterExhausted]) -> None:
        """Plan the sessions and the check-ins."""
        await self._handle(told.entity, when_team_settled(told, self.ports.clock.now()))

    async def on_sessions_decided(
        self, told: Recorded[GroupSessionsApproved] | Recorded[GroupSessionsRefused]
    ) -> None:
        """Note the professional's word, whether or not there is a plan yet."""
        await self._handle(told.entity, when_sessions_decided(told, self.ports.clock.now()))

    async def on_operations_ended(self, told: Recorded[OperationsEnded]) -> None:
        """Open the group windows; a case without a plan has none that wait."""
        await self._handle(told.entity, when_operations_ended(told, self.ports.clock.now()))

    async def on_incident_updated(self, told: Recorded[IncidentUpdated]) -> None:
        """Plan the groups anew when a report says more of who was there."""
        if told.event.crews:
            await self._handle(told.entity, when_incident_updated(told, self.ports.clock.now()))

    async def on_deactivation(self, told: Recorded[DeactivationRequested]) -> None:
        """Take the plan back."""
        await self._handle(told.entity, when_deactivation_requested(told, self.ports.clock.now()))

    async def on_team_changed(self, told: Recorded[TeamNoted] | Recorded[FollowupWidened]) -> None:
        """Propose times anew where who was to hold a session has left, or where there was nobody."""
        for item in await self.desk.needs_times(told.entity):
            known = await self.desk.known(told.entity, item)
            command = when_team_changed(told, item, known, self.ports.clock.now())
            await self._handle(told.entity, command)

    async def on_due(self, due: TimerDue) -> None:
        """Pass a target, close a window, propose or confirm a time, remind, ask, let a check-in fall
        due or be missed."""
        if due.timer.kind in OF_AFTERCARE:
            _answered(await self.aftercare.on_due(due), due.timer.kind)
            return
        if due.timer.kind in OF_SUPPORT:
            _answered(await self.support.on_due(due), due.timer.kind)
            return
        if due.timer.kind in OF_ONE_ON_ONES:
            _answered(await self.private.on_due(due), due.timer.kind)
            return
        needs = due.timer.kind in NEED_TO_KNOW
        known = await self.desk.known(due.entity, due.timer.key) if needs else None
        await self._handle(due.entity, when_due(due, self.ports.clock.now(), known))

    async def _handle(self, of: Entity, command: FollowupCommand) -> None:
        handled = await self.desk.handle(of, command)
        _answered(handled.refusal, type(command).__name__)


def _answered(refusal: Refusal | None, command: str) -> None:
    """A timer that came too soon comes again; any other refusal is an answer."""
    if refusal is None:
        return
    if refusal.code is RefusalCode.TIMER_NOT_DUE:
        raise Transient(refusal.detail, retry_after=1.0)
    log.info("refused", code=refusal.code.value, command=command)
