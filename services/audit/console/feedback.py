"""The console's page of anonymous feedback: closed quarters, and the form's links to print.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

import segno
from fastapi import APIRouter, Request, Response
from markupsafe import Markup

from services.audit.console.console import Console
from services.audit.feedback_api import FormLink, links
from services.runtime.host import Ports


def routes(console: Console, ports: Ports) -> APIRouter:
    """GET /answers."""
    router = APIRouter(include_in_schema=False)

    async def shown(request: Request) -> Response:
        who = console.who(request)
        told = await console.reader.feedback(who.agency)
        forms = [(each, _code(each)) for each in links(ports)]
        return await console.show("feedback.html", request, "feedback", told=told, forms=forms)

    @router.get("/answers")
    async def answers(request: Request) -> Response:
        return await console.answer(request, shown(request))

    return router


def _code(link: FormLink) -> Markup:
    """A QR code as part of the page: nothing is fetched for it."""
    drawn = segno.make(link.url, error="m").svg_inline(scale=4, border=4, light="#fff")
    return Markup(drawn)  # noqa: S704 - made of our own address alone
