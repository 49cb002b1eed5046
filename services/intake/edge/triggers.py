"""HTTP: the trigger classes of the policy in force, for whoever lets a person choose one.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from schemas.envelope import Code
from schemas.intake import Mode
from schemas.policy import Tier
from services.intake.policy import Pack
from services.runtime.edge import bearer, require
from services.runtime.host import Ports


class TriggerClass(BaseModel):
    """One class: how people call it, how grave it is, and what happens by itself."""

    trigger_class: Code
    label: str
    tier: Tier
    mode: Mode


class Triggers(BaseModel):
    """Every class of the policy, the gravest first."""

    policy: str
    version: int
    triggers: tuple[TriggerClass, ...]


def routes(ports: Ports, pack: Pack) -> APIRouter:
    """The classes that `POST /v1/raises` takes."""
    router = APIRouter(prefix="/v1", tags=["incidents", "decisions"])
    listed = Triggers(
        policy=pack.policy,
        version=pack.version,
        triggers=tuple(
            TriggerClass(trigger_class=name, label=each.label, tier=each.tier, mode=each.mode)
            for name, each in sorted(
                pack.triggers.items(), key=lambda item: (item[1].tier, item[1].label)
            )
        ),
    )

    @router.get(
        "/triggers",
        responses={401: {"description": "No key, or one that is not known"}},
        openapi_extra={"security": [{bearer.scheme_name: []}]},
    )
    async def list_triggers(request: Request) -> Triggers:
        """What a person can raise an incident as, by the policy that is in force."""
        await require(request, ports.keyring)
        return listed

    return router
