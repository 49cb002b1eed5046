"""HTTP in: legal holds, breaking the glass, the purge clock. An operator's key, and always a reason.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from schemas.envelope import MemberId
from schemas.refusals import Refusal, RefusalCode
from services.followup.decide.one_on_ones import UNKNOWN
from services.followup.edge.private_bodies import (
    GlassOpened,
    GlassWanted,
    HoldOver,
    HoldTold,
    HoldWanted,
    OneTold,
    Rekeyed,
    StatusTold,
)
from services.followup.private_commands import BreakGlass, LiftHold, OfferHandOver, SetHold
from services.followup.private_desk import PrivateDesk
from services.followup.private_state import Ledger, OneOnOne
from services.followup.roster import CLINICIANS
from services.runtime.auth import Principal
from services.runtime.clock import new_id
from services.runtime.edge import Problem, bearer, require
from services.runtime.telemetry import trace_from
from services.runtime.vault import Place

_STATUS = {
    RefusalCode.UNKNOWN_ONE_ON_ONE: HTTPStatus.NOT_FOUND,
    RefusalCode.UNKNOWN_HOLD: HTTPStatus.NOT_FOUND,
    RefusalCode.HOLD_UNCLEAR: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.UNKNOWN_MEMBER: HTTPStatus.UNPROCESSABLE_ENTITY,
    RefusalCode.GLASS_LIMIT: HTTPStatus.TOO_MANY_REQUESTS,
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No key, or one that is not known"},
    403: {"description": "This key may not do this"},
    404: {"description": "There is no such one-on-one, or no such hold"},
    409: {"description": "It cannot be done so: `detail` says why and what to do"},
    422: {"description": "A field does not fit; `errors` names it"},
    429: {"description": "Too many records of others were opened lately"},
    503: {"description": "Not done: send it again"},
}
_OPTIONS: dict[str, Any] = {
    "openapi_extra": {"security": [{bearer.scheme_name: []}]},
    "responses": _ANSWERS,
}
OneId = Annotated[str, Path(pattern=r"^o-[0-9a-f-]{36}$", description="As `status` lists it")]
_NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class PrivateEdge:
    """What an operator may do with records that are not theirs."""

    desk: PrivateDesk

    async def allowed(self, request: Request) -> tuple[Principal, dict[str, Any]]:
        """Who asks, and what their commands carry."""
        ports = self.desk.ports
        principal = await require(request, ports.keyring)
        trace = trace_from(request.headers.get("traceparent"))
        return principal, self.desk.about(f"key:{principal.label}", trace)

    async def hold(self, request: Request, wanted: HoldWanted) -> HoldTold:
        """Erase nothing of it from now on."""
        principal, about = await self.allowed(request)
        hold_id = new_id()
        command = SetHold(**about, hold_id=hold_id, **wanted.model_dump())
        _accepted((await self.desk.note(principal.agency, command)).refusal)
        covered = wanted.case_id or wanted.one_on_one
        return HoldTold(hold_id=hold_id, scope=wanted.scope, about=covered, reason=wanted.reason)

    async def lift(self, request: Request, hold_id: UUID, over: HoldOver) -> Response:
        """Let go of it; what is overdue is erased."""
        principal, about = await self.allowed(request)
        command = LiftHold(**about, hold_id=hold_id, reason=over.reason)
        _accepted((await self.desk.note(principal.agency, command)).refusal)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def break_glass(
        self, request: Request, one_on_one: str, wanted: GlassWanted
    ) -> GlassOpened:
        """First it is on record and the owner is told; only then is it opened, or handed over."""
        principal, about = await self.allowed(request)
        agency, state = principal.agency, await self.desk.state(principal.agency, one_on_one)
        if not isinstance(state, OneOnOne) or state.erased:
            raise _problem(UNKNOWN)
        to = wanted.hand_over_to
        there = to is not None and to in await self.desk.peers(agency, state.peer)
        if to is not None and not (there and state.is_open):
            asked = "an open one-on-one, and another peer who is on the roster today"
            raise _problem(Refusal(RefusalCode.UNKNOWN_MEMBER, f"A hand-over needs {asked}."))
        command = BreakGlass(
            **about,
            one_on_one=one_on_one,
            peer=state.peer,
            on_behalf_of=wanted.on_behalf_of,
            is_clinician=await self.desk.serves(agency, wanted.on_behalf_of, CLINICIANS),
            reason=wanted.reason,
            shown=to is None,
            rules=self.desk.rules,
        )
        _accepted((await self.desk.note(agency, command)).refusal)
        opened = GlassOpened(
            one_on_one=one_on_one, peer=state.peer, next_contact_at=state.next_contact_at
        )
        if to is not None:
            offer = OfferHandOver(
                **self.desk.about(f"key:{principal.label}"),
                peer=state.peer,
                to=to,
                to_is_a_peer=there,
            )
            _accepted(await self.desk.offer(agency, one_on_one, to, offer))
            return opened.model_copy(update={"offered_to": to})
        person = await self.desk.person(Place(agency, state.peer, one_on_one))
        return opened.model_copy(update=person.model_dump() if person else {})

    async def status(self, request: Request, peer: str | None) -> StatusTold:
        """Counts and clocks, and no more."""
        principal, _ = await self.allowed(request)
        agency, now = principal.agency, self.desk.ports.clock.now()
        ledger, every = await self.desk.ledger(agency), await self.desk.every(agency)
        states = list(every.values())
        waiting = {name: one for name, one in every.items() if one.erase_at}
        clocks = [one.erase_at for one in waiting.values() if one.erase_at and one.erase_at > now]
        holds = [HoldTold(hold_id=name, **_hold(ledger, name)) for name in ledger.holds]
        return StatusTold(
            open=sum(one.is_open for one in states),
            due=sum(one.is_open and one.next_contact_at <= now for one in states),
            overdue=sum(one.is_open and one.overdue for one in states),
            needs_a_peer=sum(one.is_open and one.orphaned for one in states),
            closed=len(waiting),
            held=sum(
                one.erase_at is not None and one.erase_at <= now and ledger.held(name, one.case_id)
                for name, one in waiting.items()
            ),
            next_erasure_at=min(clocks, default=None),
            erase_after_days=self.desk.rules.erase_after.total_seconds() / 86400,
            holds=tuple(holds),
            of_peer=tuple(
                _one(name, one, ledger) for name, one in every.items() if one.peer == peer
            ),
        )

    async def rekey(self, request: Request) -> Rekeyed:
        """Wrap every data key with a new master key."""
        await self.allowed(request)
        return Rekeyed(keys=await self.desk.vault.rekey())


def routes(edge: PrivateEdge) -> APIRouter:
    """The HTTP edge of the private store."""
    router = APIRouter(prefix="/v1/private", tags=["private"])

    @router.post("/holds", status_code=HTTPStatus.CREATED, **_OPTIONS)
    async def hold(wanted: HoldWanted, request: Request) -> HoldTold:
        """Set a legal hold: nothing that it covers is erased until it is lifted."""
        return await edge.hold(request, wanted)

    @router.post("/holds/{hold_id}/lift", status_code=HTTPStatus.NO_CONTENT, **_OPTIONS)
    async def lift(hold_id: UUID, over: HoldOver, request: Request) -> Response:
        """Lift a legal hold: what should have been erased meanwhile is erased."""
        return await edge.lift(request, hold_id, over)

    @router.post("/one-on-ones/{one_on_one}/break-glass", **_OPTIONS)
    async def break_glass(
        one_on_one: OneId, wanted: GlassWanted, request: Request, response: Response
    ) -> GlassOpened:
        """Open a record that is somebody else's. It is recorded, and its owner is told at once."""
        response.headers.update(_NO_STORE)
        return await edge.break_glass(request, one_on_one, wanted)

    @router.get("/status", **_OPTIONS)
    async def status(
        request: Request,
        peer: Annotated[MemberId | None, Query(description="List this peer's, by id")] = None,
    ) -> StatusTold:
        """Counts, and when the next record is erased. Nobody is named."""
        return await edge.status(request, peer)

    @router.post("/rekey", **_OPTIONS)
    async def rekey(request: Request) -> Rekeyed:
        """Make a new master key and wrap every record's key with it."""
        return await edge.rekey(request)

    return router


def _one(name: str, one: OneOnOne, ledger: Ledger) -> OneTold:
    return OneTold(
        one_on_one=name,
        kind=one.kind,
        next_contact_at=one.next_contact_at,
        overdue=one.overdue,
        needs_a_peer=one.orphaned,
        outcome=one.outcome,
        erase_at=one.erase_at,
        held=ledger.held(name, one.case_id),
    )


def _hold(ledger: Ledger, name: UUID) -> dict[str, Any]:
    hold = ledger.holds[name]
    return {"scope": hold.scope, "about": hold.about, "reason": hold.reason}


def _accepted(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise _problem(refusal)


def _problem(refusal: Refusal) -> Problem:
    status = _STATUS.get(refusal.code, HTTPStatus.CONFLICT)
    return Problem(status, refusal.detail, code=refusal.code.value)
