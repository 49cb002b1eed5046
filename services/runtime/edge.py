"""What all HTTP edges share: problem details (RFC 9457), the body limit, the key check."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from services.runtime.access import may, refused
from services.runtime.access_rows import KEYED, address_of, needed
from services.runtime.errors import Poison, Transient
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI, Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from services.runtime.access import May
    from services.runtime.auth import Keyring, Passes, Principal

ModelT = TypeVar("ModelT", bound=BaseModel)
PROBLEM = "application/problem+json"
bearer = HTTPBearer(auto_error=False, description="An API key: `Authorization: Bearer tb_...`")


def joined(*parts: APIRouter) -> APIRouter:
    """All routes in one router. Each level of including would build every route anew, and look
    through them anew at every request."""
    router = APIRouter()
    for part in parts:
        router.routes += part.routes
    return router


class Problem(Exception):
    """An answer that says what is wrong and what to do about it."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        code: str = "about:blank",
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.headers = dict(headers or {})
        kind = code if code == "about:blank" else f"urn:tailboard:problem:{code}"
        self.body = {
            "type": kind,
            "title": status.phrase,
            "status": int(status),
            "detail": detail,
            **extra,
        }


def install_problems(app: FastAPI, keyring: Keyring | None = None) -> None:
    """Answer every error of this app as problem details that name the field and the remedy.

    With the keyring, whoever has no key that may is told so before what is wrong with the request.
    """

    async def on_problem(_request: Request, problem: Exception) -> JSONResponse:
        assert isinstance(problem, Problem)  # noqa: S101 - registered for this class
        return JSONResponse(problem.body, problem.status, problem.headers, PROBLEM)

    async def on_transient(request: Request, trouble: Exception) -> JSONResponse:
        log.warning("unavailable", path=request.url.path, reason=str(trouble))
        after = max(1, round(getattr(trouble, "retry_after", 1)))
        problem = Problem(
            HTTPStatus.SERVICE_UNAVAILABLE,
            f"Nothing was stored. Send the same request again in {after} s.",
            code="unavailable",
            headers={"Retry-After": str(after)},
        )
        return await on_problem(request, problem)

    async def on_invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class
        if keyring and address_of(request) in KEYED:
            try:
                await require(request, keyring)
            except Problem as no:
                return await on_problem(request, no)
        problem = Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "The request does not fit. Each entry of `errors` names a field and what is wrong.",
            code="invalid",
            errors=[_field_error(entry) for entry in error.errors()],
        )
        return await on_problem(request, problem)

    async def on_http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
        code = "too-large" if isinstance(error, BodyTooLarge) else "about:blank"
        status = HTTPStatus(error.status_code)
        problem = Problem(status, error.detail, code=code, headers=error.headers)
        return await on_problem(request, problem)

    async def on_poison(request: Request, error: Exception) -> JSONResponse:
        log.error("unreadable_history", path=request.url.path, reason=str(error))
        detail = "This case holds events that this version cannot read: upgrade Tailboard."
        return await on_problem(request, Problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(Transient, on_transient)
    app.add_exception_handler(Poison, on_poison)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)


def read_as(model: type[ModelT], given: object) -> ModelT:
    """What was given, as this model. Raises Problem that names each field which does not fit."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "The request does not fit. Each entry of `errors` names a field and what is wrong.",
            code="invalid",
            errors=[_field_error(entry) for entry in error.errors()],
        ) from error


def _field_error(entry: Mapping[str, Any]) -> dict[str, str]:
    """Where and what, without the value: it may hold personal data."""
    place = [str(part) for part in entry["loc"] if part != "body"]
    return {"field": ".".join(place) or "(the whole body)", "problem": entry["msg"]}


async def require(request: Request, keyring: Keyring) -> Principal:
    """Whose key the request carries, as bearer token or `X-API-Key`: the guard of every address.

    Raises Problem 401 without a known key, 403 when its role may not do what this address needs
    (`access_rows`; an address without a row is closed to all).
    """
    credentials = await bearer(request)
    key = credentials.credentials if credentials else request.headers.get("x-api-key", "")
    principal = keyring.find(key) if key else None
    if principal is None:
        raise Problem(
            HTTPStatus.UNAUTHORIZED,
            "Send an API key: `Authorization: Bearer <key>`, or the header X-API-Key.",
            code="no-key" if not key else "unknown-key",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return allow(principal, needed(address_of(request)))


def allow(who: Principal, what: May | None) -> Principal:
    """Who was given, as they may do this. Raises Problem 403 that names the role and whom to ask."""
    if what is None or not may(who, what):
        raise Problem(HTTPStatus.FORBIDDEN, refused(who.role, what), code="role")
    return who


def with_leave(request: Request, passes: Passes, leave: str, purpose: str) -> Principal | None:
    """Who a form acts for: its pass is for this purpose, and their role may do what this address
    needs; None otherwise."""
    who, what = passes.read(leave, purpose), needed(address_of(request))
    return who if what and may(who, what) else None


class BodyTooLarge(HTTPException):
    """More bytes came than the limit allows. FastAPI turns any other kind into a 400."""

    def __init__(self, limit: int) -> None:
        detail = f"The body is larger than {limit} bytes. Send one incident per request."
        super().__init__(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)


class BodyLimit:
    """Refuses bodies over `limit` bytes with 413, by their announced or their counted length.

    The paths in `streamed` are let through: they read their bodies in parts, and limit each part.
    """

    def __init__(self, app: ASGIApp, limit: int, streamed: frozenset[str] = frozenset()) -> None:
        self._app = app
        self._limit = limit
        self._streamed = streamed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http" or scope["path"] in self._streamed:
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self._limit:
            await self._refuse(scope, receive, send)
            return
        counted = 0

        async def counting() -> Message:
            nonlocal counted
            message = await receive()
            counted += len(message.get("body", b""))
            if counted > self._limit:
                raise BodyTooLarge(self._limit)
            return message

        try:
            await self._app(scope, counting, send)
        except BodyTooLarge:
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        large = BodyTooLarge(self._limit)
        problem = Problem(HTTPStatus(large.status_code), large.detail, code="too-large")
        answer = JSONResponse(problem.body, problem.status, media_type=PROBLEM)
        await answer(scope, receive, send)
