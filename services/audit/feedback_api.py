"""HTTP for programs: anonymous feedback by whole quarters, and the links of today's forms.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from schemas.envelope import Frozen
from schemas.feedback import SupportKind, form_path
from services.audit.reader import Reader
from services.audit.views.feedback import Feedback, QuarterTold
from services.runtime.edge import bearer, require
from services.runtime.host import Ports


class FormLink(Frozen):
    """Where the form of one kind of support is in this quarter. Everybody has the same."""

    kind: SupportKind
    url: str


class FeedbackTold(Frozen):
    """What people answered, and where they can."""

    fewest: int
    quarters: tuple[QuarterTold, ...]
    """Closed ones, the newest first. A null means fewer than five, or one that would give such away."""
    links: tuple[FormLink, ...]


def links(ports: Ports) -> tuple[FormLink, ...]:
    """The forms of this quarter."""
    settings, now = ports.settings, ports.clock.now()
    return tuple(
        FormLink(kind=kind, url=f"{settings.base_url}{form_path(kind, now, settings.time_zone)}")
        for kind in SupportKind
    )


def routes(ports: Ports, reader: Reader) -> APIRouter:
    """GET /v1/feedback."""
    router = APIRouter(prefix="/v1", tags=["audit"])

    async def told(request: Request) -> Feedback:
        who = await require(request, ports.keyring)
        return await reader.feedback(who.agency)

    @router.get(
        "/feedback",
        openapi_extra={"security": [{bearer.scheme_name: []}]},
        responses={
            int(HTTPStatus.UNAUTHORIZED): {"description": "No key, or one that is not known"},
            int(HTTPStatus.FORBIDDEN): {"description": "This key may not look at it"},
        },
    )
    async def feedback(found: Annotated[Feedback, Depends(told)]) -> FeedbackTold:
        """What people answered in quarters that are closed; counts under five are not told."""
        return FeedbackTold(fewest=found.fewest, quarters=found.quarters, links=links(ports))

    return router
