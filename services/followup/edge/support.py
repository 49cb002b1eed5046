"""HTTP in: referrals by kind, the list of places, and what had to be told.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import PlainTextResponse

from schemas.envelope import Slug
from schemas.referrals import ResourceListed, ResourceRemoved
from schemas.refusals import Refusal, RefusalCode
from schemas.subjects import apart_id_for, derived_id
from services.followup.edge.support_bodies import (
    AlsoTold,
    DirectoryChanged,
    ExceptionTold,
    HadToTell,
    Law,
    NoticeSent,
    PlacesTold,
    Referred,
    Tried,
    WholeDirectory,
    exception_told,
    place_told,
)
from services.followup.edge.support_notice import written_notice
from services.followup.support_commands import (
    ConfirmResource,
    ExceptionCommand,
    ListResources,
    NoteNoticeSent,
    NoteNotified,
    OfferReferral,
    RemoveResource,
)
from services.followup.support_desk import SupportDesk
from services.runtime.auth import Principal
from services.runtime.clock import new_id
from services.runtime.edge import Problem, bearer, require
from services.runtime.telemetry import trace_from

_STATUS = {
    RefusalCode.UNKNOWN_ITEM: HTTPStatus.NOT_FOUND,
    RefusalCode.NOT_YET: HTTPStatus.UNPROCESSABLE_ENTITY,
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No key, or one that is not known"},
    403: {"description": "This key may report, and not do this"},
    404: {"description": "There is no such place, or nothing of this reference"},
    409: {"description": "It cannot be done so: `detail` says why and what to do"},
    422: {"description": "A field does not fit; `errors` names it"},
    503: {"description": "Not stored: send it again"},
}
_OPTIONS: dict[str, Any] = {
    "openapi_extra": {"security": [{bearer.scheme_name: []}]},
    "responses": _ANSWERS,
}
_QUIET = {**_OPTIONS, "status_code": HTTPStatus.NO_CONTENT}
Reference = Annotated[str, Path(pattern=r"^n-[0-9a-f-]{36}$")]
DryRun = Annotated[bool, Query(description="Say what would change, and change nothing")]


@dataclass(frozen=True, slots=True)
class Support:
    """What an operator says beside a plan."""

    desk: SupportDesk

    async def who(self, request: Request) -> Principal:
        """Whose key it is. Raises Problem."""
        return await require(request, self.desk.ports.keyring)

    def about(self, request: Request, who: Principal) -> dict[str, Any]:
        """What every command carries; a repeated key gives the same command."""
        once = request.headers.get("idempotency-key", "")[:200]
        named = derived_id(who.agency, request.url.path, once) if once else None
        trace = trace_from(request.headers.get("traceparent"))
        return self.desk.about(f"key:{who.label}", trace, named)

    async def refer(self, told: Referred, request: Request) -> None:
        """Record a referral."""
        who = await self.who(request)
        once = request.headers.get("idempotency-key", "")[:200]
        command = OfferReferral.model_validate(self.about(request, who) | told.model_dump())
        allowed((await self.desk.refer(who.agency, command, once)).refusal)

    async def list(
        self, told: WholeDirectory, request: Request, *, dry_run: bool
    ) -> DirectoryChanged:
        """Put places into the directory, or say what that would change."""
        who = await self.who(request)
        fields = self.about(request, who) | self.desk.of_places() | told.model_dump()
        command = ListResources.model_validate(fields | {"built_in": self.desk.built_in_ids()})
        if dry_run:
            decided = self.desk.preview(command, await self.desk.directory(who.agency))
            events = allowed_events(decided)
        else:
            handled = await self.desk.keep(who.agency, command)
            allowed(handled.refusal)
            events = handled.events
        listed = tuple(e.resource.resource_id for e in events if isinstance(e, ResourceListed))
        removed = tuple(e.resource_id for e in events if isinstance(e, ResourceRemoved))
        left = len(command.resources) - len(listed)
        return DirectoryChanged(listed=listed, removed=removed, unchanged=left)

    async def confirm(self, name: str, told: Tried, request: Request) -> None:
        """Somebody tried a place."""
        who = await self.who(request)
        zone = ZoneInfo(self.desk.ports.settings.time_zone)
        day = told.confirmed_on or self.desk.ports.clock.now().astimezone(zone).date()
        fields = self.about(request, who) | self.desk.of_places()
        command = ConfirmResource(**fields, resource_id=name, confirmed_on=day)
        allowed((await self.desk.keep(who.agency, command)).refusal)

    async def record(self, told: HadToTell, request: Request) -> ExceptionTold:
        """Something had to be told. The actor is no key's label: nothing leads to anybody."""
        who = await self.who(request)
        once = request.headers.get("idempotency-key", "")[:200]
        seed = derived_id(who.agency, "exception", once) if once else new_id()
        reference = apart_id_for(seed)
        about = self.desk.about("role:operator")
        return await self.step(
            who, reference, self.desk.recording(told.category, told.notified, about)
        )

    async def step(
        self, who: Principal, reference: str, command: ExceptionCommand
    ) -> ExceptionTold:
        """Record one step; how it stands then."""
        handled = await self.desk.tell(who.agency, reference, command)
        allowed(handled.refusal)
        assert handled.state.recorded  # noqa: S101 - else it had been refused
        return exception_told(reference, handled.state, handled.state.recorded)

    async def find(self, who: Principal, reference: str) -> ExceptionTold:
        """One exception as it stands. Raises Problem 404."""
        told = await self.desk.exception(who.agency, reference)
        if told.recorded is None:
            detail = "Nothing of this reference was recorded."
            raise Problem(HTTPStatus.NOT_FOUND, detail, code=RefusalCode.UNKNOWN_ITEM.value)
        return exception_told(reference, told, told.recorded)


def allowed(refusal: Refusal | None) -> None:
    """Raises Problem for a refusal."""
    if refusal is not None:
        status = _STATUS.get(refusal.code, HTTPStatus.CONFLICT)
        raise Problem(status, refusal.detail, code=refusal.code.value)


def allowed_events(decided: Any) -> Any:
    """The events of a decision. Raises Problem for a refusal."""
    if isinstance(decided, Refusal):
        allowed(decided)
    return decided


def routes(support: Support) -> APIRouter:
    """The HTTP edge of referrals, places and exceptions."""
    router = APIRouter(tags=["support"])
    desk = support.desk

    @router.post("/v1/referrals", **_QUIET)
    async def refer(told: Referred, request: Request) -> Response:
        """Record that a referral was offered, by its kind. Whether it was taken up has no field."""
        await support.refer(told, request)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @router.get("/v1/resources", **_OPTIONS)
    async def places(request: Request) -> PlacesTold:
        """The places to turn to, each with whether it counts as confirmed."""
        who = await support.who(request)
        now, found = desk.ports.clock.now(), await desk.places(who.agency)
        shown = (place_told(p, now, built_in=desk.is_built_in(p.resource)) for p in found)
        return PlacesTold(places=tuple(shown))

    @router.put("/v1/resources", **_OPTIONS)
    async def list_places(
        told: WholeDirectory, request: Request, *, dry_run: DryRun = False
    ) -> DirectoryChanged:
        """List places, new or changed; all or none of them."""
        return await support.list(told, request, dry_run=dry_run)

    @router.post("/v1/resources/{resource_id}/confirm", **_QUIET)
    async def confirm(resource_id: Slug, request: Request, told: Tried | None = None) -> Response:
        """Say that a place was tried and is as it stands there."""
        await support.confirm(resource_id, told or Tried(), request)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    @router.delete("/v1/resources/{resource_id}", **_QUIET)
    async def remove(resource_id: Slug, request: Request) -> Response:
        """Take a place out of the directory."""
        who = await support.who(request)
        command = RemoveResource(**support.about(request, who), resource_id=resource_id)
        allowed((await desk.keep(who.agency, command)).refusal)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    _add_exceptions(router, support)
    return router


def _add_exceptions(router: APIRouter, support: Support) -> None:
    desk = support.desk

    @router.get("/v1/exceptions/law", **_OPTIONS)
    async def law(request: Request) -> Law:
        """What the law in force says must, or may, be told, and to whom first."""
        await support.who(request)
        pack = desk.law
        return Law(
            jurisdiction=pack.code,
            title=pack.title,
            version=pack.version,
            reviewed_by_counsel=pack.reviewed_by_counsel is not None,
            exceptions=pack.exceptions,
        )

    @router.post("/v1/exceptions", **{**_OPTIONS, "status_code": HTTPStatus.CREATED})
    async def record(told: HadToTell, request: Request) -> ExceptionTold:
        """Record that something had to be told: its kind and who was told. No name has a field."""
        return await support.record(told, request)

    @router.get("/v1/exceptions/{reference}", **_OPTIONS)
    async def find(reference: Reference, request: Request) -> ExceptionTold:
        """One exception as it stands."""
        return await support.find(await support.who(request), reference)

    @router.post("/v1/exceptions/{reference}/notified", **_OPTIONS)
    async def also(reference: Reference, told: AlsoTold, request: Request) -> ExceptionTold:
        """Record who else was told."""
        who = await support.who(request)
        command = NoteNotified(**desk.about("role:operator"), notified=told.notified)
        return await support.step(who, reference, command)

    @router.post("/v1/exceptions/{reference}/notice-sent", **_OPTIONS)
    async def sent(
        reference: Reference, request: Request, told: NoticeSent | None = None
    ) -> ExceptionTold:
        """Mark the written notice to the person as sent."""
        who = await support.who(request)
        at = told.sent_at if told else None
        command = NoteNoticeSent(**desk.about("role:operator"), sent_at=at)
        return await support.step(who, reference, command)

    @router.get("/v1/exceptions/{reference}/notice", **_OPTIONS)
    async def notice(reference: Reference, request: Request) -> PlainTextResponse:
        """The written notice to print and to fill in by hand: no name and no content is in it."""
        found = await support.find(await support.who(request), reference)
        zone = ZoneInfo(desk.ports.settings.time_zone)
        return PlainTextResponse(written_notice(found, desk.law, zone))
