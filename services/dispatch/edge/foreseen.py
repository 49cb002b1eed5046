"""Who would be asked for a team now, and who not and why. For operators; nothing is stored or sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from schemas.candidates import Candidate, Excluded, Lent
from schemas.intake import Unit
from schemas.policy import CaseBrief
from services.dispatch.composition import composed
from services.dispatch.edge.roster import SECURED
from services.dispatch.ranking import first_wave, rank
from services.runtime.edge import PROBLEM, require

if TYPE_CHECKING:
    from services.dispatch.circles import Circles

_NO_CASE = "foreseen"
"""The lot among equals is drawn by the case, so a real one may order equals otherwise."""
_ANSWERS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No key, or one that is not known", "content": {PROBLEM: {}}},
    403: {"description": "Not an operator's key", "content": {PROBLEM: {}}},
    422: {"description": "An entry that does not fit, named", "content": {PROBLEM: {}}},
    503: {"description": "Not just now; the same again in a moment", "content": {PROBLEM: {}}},
}


class Need(BaseModel):
    """A team that would be wanted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    brief: CaseBrief
    units: Annotated[tuple[Unit, ...], Field(max_length=200)] = ()
    """Who was there: they are not asked."""


class Foreseen(BaseModel):
    """The order of asking as it would be now, by roster numbers."""

    first: tuple[Candidate, ...]
    """Asked at once."""
    then: tuple[Candidate, ...]
    """Asked one after the other, as the first decline or do not answer."""
    not_asked: tuple[Excluded, ...]
    neighbours: tuple[Lent, ...]


@dataclass(frozen=True, slots=True)
class Foresight:
    """The books of whom to ask, asked without a case."""

    circles: Circles

    async def of(self, agency: str, need: Need) -> Foreseen:
        """As a case of this agency would ask now. Raises Transient."""
        known = await self.circles.for_case(agency, _NO_CASE, need.brief, need.units)
        ranking = rank(known.roster, known.asking, known.lenders)
        policy = composed(need.brief).policy
        at_once = first_wave(policy.places, policy.surplus, ranking.candidates)
        roles = {place.role for place in policy.places}
        wanted = [each for each in ranking.candidates if each.role in roles]
        return Foreseen(
            first=tuple(each for each in wanted if each.member_id in at_once),
            then=tuple(each for each in wanted if each.member_id not in at_once),
            not_asked=ranking.excluded,
            neighbours=ranking.neighbours,
        )


def routes(foresight: Foresight) -> APIRouter:
    """The HTTP edge of it."""
    router = APIRouter(prefix="/v1/roster", tags=["roster"])

    @router.post("/would-be-asked", responses=_ANSWERS, openapi_extra=SECURED)
    async def would_be_asked(need: Need, request: Request) -> Foreseen:
        """Who would be asked for a team now, in order, and who not and why. Asks nobody."""
        who = await require(request, foresight.circles.ports.keyring)
        return await foresight.of(who.agency, need)

    return router
