"""From what a coordinator sends to the command, with what the roster says of the member meant."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from schemas.policy import Role
from schemas.refusals import Refusal, RefusalCode
from schemas.steps import TeamStep
from schemas.subjects import Entity, Stream, derived_id
from services.dispatch.commands import (
    AddMember,
    AnswerAlarm,
    AskAgain,
    CoordinatorStep,
    DispatchCommand,
    PauseAsking,
    ReplaceMember,
    ResizeTeam,
    ResumeAsking,
    StandTeamDown,
    TakeOver,
    WithdrawMember,
)
from services.dispatch.decide.by_hand import AT_RISK
from services.dispatch.decider import DISPATCH
from services.dispatch.edge.coordinator_bodies import AddMemberBody, ReplaceMemberBody
from services.dispatch.eligibility import eligible
from services.dispatch.state import Active
from services.runtime.clock import new_id
from services.runtime.edge import Problem
from services.runtime.handle import handle
from services.runtime.telemetry import log, trace_from

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from schemas.candidates import Exclusion
    from services.dispatch.circles import Circles
    from services.dispatch.edge.coordinator_bodies import Step
    from services.dispatch.state import DispatchState
    from services.runtime.auth import Passes, Principal
    from services.runtime.host import Ports

_COMMANDS: dict[TeamStep, type[CoordinatorStep]] = {
    TeamStep.TAKE_OVER: TakeOver,
    TeamStep.PAUSE: PauseAsking,
    TeamStep.RESUME: ResumeAsking,
    TeamStep.ANSWER_ALARM: AnswerAlarm,
    TeamStep.ADD_MEMBER: AddMember,
    TeamStep.WITHDRAW_MEMBER: WithdrawMember,
    TeamStep.REPLACE_MEMBER: ReplaceMember,
    TeamStep.ASK_AGAIN: AskAgain,
    TeamStep.RESIZE: ResizeTeam,
}
_STATUS = {
    RefusalCode.UNKNOWN_CASE: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_ALARM: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_MEMBER: HTTPStatus.NOT_FOUND,
}
_NO_CASE = Refusal(RefusalCode.UNKNOWN_CASE, "No team was asked for in this case.")
_CALLED_ONLY = frozenset({Role.COORDINATOR, Role.PROGRAM_LEAD})


class PlaceNow(BaseModel):
    """How many of a role the team is to have, and has."""

    model_config = ConfigDict(frozen=True)

    role: Role
    wanted: int
    taken: int
    asked: int


class TeamNow(BaseModel):
    """The team after a step."""

    model_config = ConfigDict(frozen=True)

    case_id: str
    places: tuple[PlaceNow, ...]
    owner: str | None
    paused: bool
    formed: bool
    open_alarms: int
    warning: str | None = None
    """What the step may cost."""
    link: str


@dataclass(frozen=True, slots=True)
class CoordinatorDesk:
    """Does a coordinator's steps."""

    ports: Ports
    circles: Circles
    passes: Passes

    async def do(
        self,
        step: TeamStep,
        who: Principal,
        case_id: str,
        told: Step,
        once: str,
        headers: Mapping[str, str],
    ) -> TeamNow:
        """Record the step; the same `once` again gives the first answer. Raises Problem."""
        entity = _entity(who.agency, case_id)
        by = f"key:{who.label}"
        about = {
            "command_id": _id(who.agency, case_id, step, once),
            "now": self.ports.clock.now(),
            "actor": by,
            "trace": trace_from(headers.get("traceparent")),
            "case_id": case_id,
            "by": by,
        }
        command = await self._command(step, entity, told, about)
        handled = await handle(self.ports.journal, DISPATCH, entity, command)
        if handled.refusal:
            raise refused(handled.refusal)
        log.info("team_step", case_id=case_id, step=step.value, reason=told.reason.value)
        return self._now(case_id, handled.state, _warning(command))

    async def _command(
        self, step: TeamStep, entity: Entity, told: Step, about: dict[str, Any]
    ) -> DispatchCommand:
        fields = about | told.model_dump()
        if step is TeamStep.STAND_DOWN:
            fields |= {"reason": told.reason.value, "decided_at": about["now"]}
            return StandTeamDown.model_validate(fields)
        if isinstance(told, AddMemberBody):
            fields |= await self._member(entity, told.member_id, told.role)
        elif isinstance(told, ReplaceMemberBody) and told.replacement:
            fields |= await self._member(entity, told.replacement, None)
        return _COMMANDS[step].model_validate(fields)

    async def _member(self, entity: Entity, member_id: str, role: Role | None) -> dict[str, Any]:
        """Who they are on the roster, and what it says against asking them now."""
        state = DISPATCH.fold(await self.ports.journal.load(entity))
        if not isinstance(state, Active):
            raise refused(_NO_CASE)
        listed = [each for each in state.candidates if each.member_id == member_id]
        known = await self.circles.for_case(entity.agency, entity.id, state.brief)
        member = known.roster.get(member_id)
        if member is None:
            if listed:  # lent by a neighbour, who says that they may be asked
                return {"role": listed[0].role}
            raise refused(
                Refusal(RefusalCode.UNKNOWN_MEMBER, f"The roster has no member {member_id}.")
            )
        own = member.entry.role
        allowed = {own, Role.MHP} if own is Role.CLINICAL_DIRECTOR else {own}
        if own in _CALLED_ONLY or (role is not None and role not in allowed):
            detail = f"{member_id} is on the roster as {own.value}, and serves as nothing else."
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, code="role-misfit")
        against = eligible(member_id, member, known.asking)
        return {"role": role or own, "exclusions": against}

    def _now(self, case_id: str, state: DispatchState, warning: str | None) -> TeamNow:
        link = f"{self.ports.settings.base_url}/cases/{case_id}"
        if not isinstance(state, Active):
            return TeamNow(
                case_id=case_id,
                places=(),
                owner=None,
                paused=False,
                formed=False,
                open_alarms=0,
                link=link,
            )
        seen = state.oversight
        return TeamNow(
            case_id=case_id,
            places=tuple(
                PlaceNow(
                    role=place.role,
                    wanted=place.count,
                    taken=state.accepted(place.role),
                    asked=state.waiting(place.role),
                )
                for place in state.brief.policy.places
            ),
            owner=seen.owner,
            paused=seen.paused,
            formed=state.formed,
            open_alarms=sum(not alarm.answered for alarm in seen.alarms.values()),
            warning=warning,
            link=link,
        )


def refused(refusal: Refusal) -> Problem:
    """A no, as HTTP tells it."""
    status = _STATUS.get(refusal.code, HTTPStatus.CONFLICT)
    return Problem(status, refusal.detail, code=refusal.code.value)


def _entity(agency: str, case_id: str) -> Entity:
    """The case's team. Raises Problem: what a member asked for themselves is no coordinator's."""
    try:
        entity = Entity(Stream.DISPATCH, agency, case_id)
    except ValueError as error:
        raise refused(_NO_CASE) from error
    if entity.is_request:
        raise refused(_NO_CASE)
    return entity


def _id(agency: str, case_id: str, step: TeamStep, once: str) -> UUID:
    return derived_id(agency, case_id, step, once[:200]) if once else new_id()


def _warning(command: DispatchCommand) -> str | None:
    if not isinstance(command, AddMember | ReplaceMember):
        return None
    named: set[Exclusion] = set(command.override)
    if named & AT_RISK:
        return "What is said to this member may not be privileged: they know it before they begin."
    return None
