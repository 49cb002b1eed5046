"""The rotas over HTTP: set, show, override, swap, who is on call, and what is left open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response
from pydantic import AfterValidator

from schemas.envelope import MemberId, Slug
from schemas.refusals import Refusal, RefusalCode
from schemas.rota import RotaPlan
from services.dispatch.commands.rota import (
    EndRota,
    OverrideShift,
    RemoveOverride,
    RotaCommand,
    SetRota,
    SwapShifts,
)
from services.dispatch.decide.rota import faults
from services.dispatch.decider import ROTA
from services.dispatch.edge.roster import SECURED
from services.dispatch.edge.rota_models import (
    Duties,
    Gaps,
    GivenEnd,
    GivenOverride,
    GivenPlan,
    GivenSwap,
    Named,
    Overridden,
    Planned,
    Rotas,
    Shifts,
    ShownRota,
)
from services.dispatch.edge.rota_shown import on_duty, shown_gap, shown_rota, shown_shifts
from services.dispatch.rota_desk import looked_through
from services.dispatch.rota_time import moment
from services.runtime.clock import new_id
from services.runtime.edge import Problem, require
from services.runtime.telemetry import trace_from

if TYPE_CHECKING:
    from services.dispatch.rota import Rota
    from services.dispatch.rota_desk import RotaDesk
    from services.runtime.auth import Principal

_STATUS = {
    RefusalCode.UNKNOWN_ROTA: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_OVERRIDE: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_MEMBER: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.DATES_REVERSED: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.PERIOD_TOO_LONG: HTTPStatus.UNPROCESSABLE_ENTITY,
}
"""Any other refusal is about how the rota is now."""


def _in_reach(at: datetime) -> datetime:
    if not 1970 <= at.year <= 2199:
        raise ValueError("write a time between the years 1970 and 2199")
    return at


Moment = Annotated[
    datetime | None,
    AfterValidator(lambda at: at and _in_reach(at)),
    Query(description="With an offset; without one, a wall time of the agency. Now by default."),
]
Days = Annotated[int, Query(ge=1, le=400)]


@dataclass(frozen=True, slots=True)
class RotaEdge:
    """What an operator can do with the rotas."""

    desk: RotaDesk

    async def set(self, who: Principal, rota_id: str, given: GivenPlan, *, dry: bool) -> Planned:
        """Set a plan, or only look at what it would lead to. Raises Problem 422 by field."""
        plan = RotaPlan.model_validate(given.model_dump(exclude={"effective_from"}))
        known = await self.desk.known(who.agency, plan.role)
        if wrong := faults(plan, known):
            raise Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "Not every member of this rota can serve in it. See `errors`.",
                code=RefusalCode.UNKNOWN_MEMBER.value,
                errors=[{"field": fault.field, "problem": fault.problem} for fault in wrong],
            )
        team = await self.desk.team(who.agency)
        command = self._command(
            who, SetRota, plan=plan, effective_from=given.effective_from, known=known
        )
        before = team.rotas.get(rota_id, ROTA.initial)
        decided = ROTA.decide(command, before)
        events = () if isinstance(decided, Refusal) else tuple(decided)
        after = before
        for event in events:
            after = ROTA.evolve(after, event)
        if not dry:
            await self.change(who, rota_id, command)
        now, rules = self.desk.ports.clock.now(), self.desk.rules
        team = replace(team, rotas={**team.rotas, rota_id: after})
        left = await looked_through(team, now, now + rules.look_ahead)
        begins = max(now, after.versions[-1].since)
        return Planned(
            changed=bool(events),
            shifts=shown_shifts({rota_id: after}, begins, begins + rules.look_ahead),
            gaps=tuple(shown_gap(gap, self.desk.zone) for gap in left),
        )

    async def override(self, who: Principal, rota_id: str, given: GivenOverride) -> Overridden:
        """Put a member on call instead of another, or in addition."""
        override_id = given.override_id or new_id()
        fields = given.model_dump(exclude={"override_id"})
        known = await self._known(who, rota_id)
        command = self._command(who, OverrideShift, override_id=override_id, known=known, **fields)
        done = await self.change(who, rota_id, command)
        return Overridden(override_id=override_id if done else None)

    async def swap(self, who: Principal, rota_id: str, given: GivenSwap) -> Overridden:
        """Let two members take over a shift of each other."""
        override_id, known = new_id(), await self._known(who, rota_id)
        command = self._command(
            who, SwapShifts, override_id=override_id, known=known, **given.model_dump()
        )
        await self.change(who, rota_id, command)
        return Overridden(override_id=override_id)

    async def step(
        self, who: Principal, rota_id: str, kind: type[RotaCommand], **fields: Any
    ) -> Response:
        """One small step, as a command."""
        await self.change(who, rota_id, self._command(who, kind, **fields))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def change(self, who: Principal, rota_id: str, command: RotaCommand) -> bool:
        """Record a change; whether there was anything to change. Raises Problem."""
        handled = await self.desk.change(who.agency, rota_id, command)
        if handled.refusal:
            status = _STATUS.get(handled.refusal.code, HTTPStatus.CONFLICT)
            raise Problem(status, handled.refusal.detail, code=handled.refusal.code.value)
        return bool(handled.events)

    async def rotas(self, who: Principal) -> dict[str, Rota]:
        """Every rota of the agency, the ended ones too."""
        return dict((await self.desk.team(who.agency)).rotas)

    async def rota(self, who: Principal, rota_id: str) -> ShownRota:
        """One rota. Raises Problem 404."""
        found = (await self.rotas(who)).get(rota_id)
        if found is None:
            detail = "There is no rota of this name: `tailboard rota show` lists them."
            raise Problem(HTTPStatus.NOT_FOUND, detail, code=RefusalCode.UNKNOWN_ROTA.value)
        return shown_rota(rota_id, found, self.desk.ports.clock.now())

    async def duties(self, who: Principal, at: datetime | None) -> Duties:
        """Who is on call at a moment."""
        when = self.moment(at)
        duty = await self.desk.duty.of(who.agency, when)
        members = await self.desk.book.of(who.agency)
        return on_duty(duty, members, when.astimezone(ZoneInfo(self.desk.zone)))

    async def gaps(self, who: Principal, days: int | None) -> Gaps:
        """What is left open in so many days, or in as many as the policy looks ahead."""
        now = self.desk.ports.clock.now()
        ahead = timedelta(days=days) if days else self.desk.rules.look_ahead
        found = await self.desk.gaps(who.agency, now, now + ahead)
        return Gaps(gaps=tuple(shown_gap(gap, self.desk.zone) for gap in found))

    def moment(self, at: datetime | None) -> datetime:
        """A time as it was told, in UTC; now when nothing was."""
        if at is None:
            return self.desk.ports.clock.now()
        return at.astimezone(UTC) if at.tzinfo else moment(at, self.desk.zone)

    async def _known(self, who: Principal, rota_id: str) -> tuple[str, ...]:
        rota = (await self.rotas(who)).get(rota_id)
        return await self.desk.known(who.agency, rota.plan.role) if rota and rota.plan else ()

    def _command(self, who: Principal, kind: type[Any], **fields: Any) -> Any:
        told = {
            "command_id": new_id(),
            "now": self.desk.ports.clock.now(),
            "actor": f"key:{who.label}",
            "trace": trace_from(None),
        }
        return kind.model_validate(told | fields)


def routes(edge: RotaEdge) -> APIRouter:
    """The HTTP edge of the rotas."""
    router = APIRouter(prefix="/v1/rota", tags=["rota"])
    _add_reads(router, edge)
    _add_changes(router, edge)
    return router


def _add_reads(router: APIRouter, edge: RotaEdge) -> None:
    keyring = edge.desk.ports.keyring

    @router.get("/schedules", openapi_extra=SECURED)
    async def list_rotas(request: Request) -> Rotas:
        """Every rota with its plan and with what was changed by hand."""
        who = await require(request, keyring)
        now, found = edge.desk.ports.clock.now(), await edge.rotas(who)
        return Rotas(rotas=tuple(shown_rota(*each, now) for each in sorted(found.items())))

    @router.get("/schedules/{rota_id}", openapi_extra=SECURED)
    async def show_rota(rota_id: Named, request: Request) -> ShownRota:
        """One rota with its plan and with what was changed by hand."""
        return await edge.rota(await require(request, keyring), rota_id)

    @router.get("/shifts", openapi_extra=SECURED)
    async def list_shifts(
        request: Request,
        start: Moment = None,
        days: Days = 14,
        rota: Slug | None = None,
        member_id: MemberId | None = None,
    ) -> Shifts:
        """Who is on call when; of one rota or of one member, if that is wanted."""
        found = await edge.rotas(await require(request, keyring))
        rotas = {name: each for name, each in found.items() if rota in (None, name)}
        begins = edge.moment(start)
        shown = shown_shifts(rotas, begins, begins + timedelta(days=days))
        return Shifts(shifts=tuple(s for s in shown if member_id in (None, s.member_id)))

    @router.get("/on-call", openapi_extra=SECURED)
    async def on_call(request: Request, at: Moment = None) -> Duties:
        """Who is on call at a moment, and who is away."""
        return await edge.duties(await require(request, keyring), at)

    @router.get("/gaps", openapi_extra=SECURED)
    async def list_gaps(
        request: Request, days: Annotated[int | None, Query(ge=1, le=90)] = None
    ) -> Gaps:
        """Times ahead for which nobody fit is on call, and what is amiss with those who are."""
        return await edge.gaps(await require(request, keyring), days)


def _add_changes(router: APIRouter, edge: RotaEdge) -> None:
    keyring = edge.desk.ports.keyring

    @router.put("/schedules/{rota_id}", openapi_extra=SECURED)
    async def set_rota(
        rota_id: Named, plan: GivenPlan, request: Request, *, dry_run: bool = False
    ) -> Planned:
        """Make a rota or replace its plan; with `dry_run=true` only look at what follows."""
        who = await require(request, keyring)
        return await edge.set(who, rota_id, plan, dry=dry_run)

    @router.post("/schedules/{rota_id}/overrides", status_code=201, openapi_extra=SECURED)
    async def override(rota_id: Named, given: GivenOverride, request: Request) -> Overridden:
        """Put a member on call instead of another, or in addition."""
        return await edge.override(await require(request, keyring), rota_id, given)

    @router.delete(
        "/schedules/{rota_id}/overrides/{override_id}", status_code=204, openapi_extra=SECURED
    )
    async def remove_override(rota_id: Named, override_id: UUID, request: Request) -> Response:
        """Take an override or a swap back, from now on."""
        who = await require(request, keyring)
        return await edge.step(who, rota_id, RemoveOverride, override_id=override_id)

    @router.post("/schedules/{rota_id}/swaps", status_code=201, openapi_extra=SECURED)
    async def swap(rota_id: Named, given: GivenSwap, request: Request) -> Overridden:
        """Let two members take over a whole shift of each other."""
        return await edge.swap(await require(request, keyring), rota_id, given)

    @router.post("/schedules/{rota_id}/end", status_code=204, openapi_extra=SECURED)
    async def end_rota(rota_id: Named, given: GivenEnd, request: Request) -> Response:
        """Put nobody on call by this rota any more; what has been stays known."""
        who = await require(request, keyring)
        return await edge.step(who, rota_id, EndRota, ends=given.ends)
