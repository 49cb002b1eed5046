"""Cover for units over HTTP: what a dispatch center is asked for, and how it is reached.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.dispatch.carriers.port import Contact
from services.dispatch.personal import PersonalRecords
from services.dispatch.session_book import SessionBook
from services.dispatch.session_news import CENTER
from services.runtime.edge import bearer, require
from services.runtime.host import Ports

_MAIL, _PHONE = r"^[^\s@]+@[^\s@]+$", r"^[0-9+() .-]{3,40}$"
_SECURED: dict[str, Any] = {"security": [{bearer.scheme_name: []}]}


class CoverTold(BaseModel):
    """Units that cannot be sent for a while. An id that is told again takes the place of itself."""

    model_config = ConfigDict(frozen=True)

    cover_id: UUID
    units: tuple[str, ...]
    count: int | None
    """About how many people."""
    starts_at: datetime
    ends_at: datetime


class CoverList(BaseModel):
    """What needs cover now or later, the soonest first."""

    model_config = ConfigDict(frozen=True)

    coverage: tuple[CoverTold, ...]


class CenterContact(BaseModel):
    """How the dispatch center's desk is reached; at least one of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Annotated[str | None, Field(pattern=_MAIL, max_length=254, repr=False)] = None
    phone: Annotated[str | None, Field(pattern=_PHONE, repr=False)] = None

    @model_validator(mode="after")
    def _reaches(self) -> Self:
        if self.email is None and self.phone is None:
            raise ValueError("give an email or a phone")
        return self


@dataclass(frozen=True, slots=True)
class CoverageEdge:
    """The edge's own parts."""

    ports: Ports
    personal: PersonalRecords
    book: SessionBook


def routes(edge: CoverageEdge) -> APIRouter:
    """What a dispatch center reads, and what an operator says of it."""
    router = APIRouter(tags=["coverage"])
    ports = edge.ports

    @router.get("/v1/coverage", openapi_extra=_SECURED)
    async def coverage(request: Request) -> CoverList:
        """Units that need cover, about how many people, and when. Nothing else is known of why."""
        who = await require(request, ports.keyring)
        found = edge.book.cover(who.agency)
        return CoverList(
            coverage=tuple(
                CoverTold(
                    cover_id=each.cover_id,
                    units=each.units,
                    count=each.count,
                    starts_at=each.starts_at,
                    ends_at=each.ends_at,
                )
                for each in found
            )
        )

    @router.put("/v1/dispatch-center/contact", status_code=204, openapi_extra=_SECURED)
    async def set_contact(contact: CenterContact, request: Request) -> Response:
        """Say how the dispatch center's desk is reached; it replaces what was known."""
        who = await require(request, ports.keyring)
        kept = Contact(label="dispatch center", email=contact.email, phone=contact.phone)
        await edge.personal.keep_contact(who.agency, CENTER, kept)
        return Response(status_code=204)

    @router.delete("/v1/dispatch-center/contact", status_code=204, openapi_extra=_SECURED)
    async def erase_contact(request: Request) -> Response:
        """Tell the dispatch center nothing more."""
        who = await require(request, ports.keyring)
        await edge.personal.bucket.erase(f"{who.agency}.{CENTER}")
        return Response(status_code=204)

    return router
