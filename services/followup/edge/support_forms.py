"""The console's button to confirm a place: a form with its pass, answered with the page again.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

from dataclasses import dataclass
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from schemas.envelope import Slug
from services.followup.support_commands import ConfirmResource
from services.followup.support_desk import SupportDesk
from services.runtime.auth import Passes
from services.runtime.edge import with_leave

_PAGE = "/places"


@dataclass(frozen=True, slots=True)
class SupportForms:
    """What a coordinator taps."""

    desk: SupportDesk
    passes: Passes

    async def confirm(self, request: Request, name: str, leave: str) -> RedirectResponse:
        """Somebody tried a place today; the page again, which says so."""
        who = with_leave(request, self.passes, leave, "places")
        if who is None:
            return RedirectResponse(f"{_PAGE}?refused=old-page", HTTPStatus.SEE_OTHER)
        zone = ZoneInfo(self.desk.ports.settings.time_zone)
        today = self.desk.ports.clock.now().astimezone(zone).date()
        fields = self.desk.about(f"key:{who.label}") | self.desk.of_places()
        command = ConfirmResource(**fields, resource_id=name, confirmed_on=today)
        handled = await self.desk.keep(who.agency, command)
        refused = f"?refused={handled.refusal.code}" if handled.refusal else ""
        return RedirectResponse(f"{_PAGE}{refused}", HTTPStatus.SEE_OTHER)


def routes(forms: SupportForms) -> APIRouter:
    """The console's forms about places."""
    router = APIRouter()

    @router.post("/places/{resource_id}/confirm", include_in_schema=False, response_model=None)
    async def confirm(resource_id: Slug, request: Request) -> RedirectResponse:
        async with request.form(max_files=0, max_fields=5) as form:
            return await forms.confirm(request, resource_id, str(form.get("leave", "")))

    return router
