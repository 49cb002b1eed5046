"""The self-screen card: a page that explains a published form and counts on the reader's device alone.

It cannot send anything: its policy allows no connection, no form and no picture, and no visit is
counted or logged. The form's questions belong to their authors and are not on it.

No postponed annotations here: FastAPI reads them while the routes are made.
"""

import hashlib
from base64 import b64encode
from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from services.followup.edge.open_pages import HEADERS, rendered

CUT = 6
"""Yes answers of ten (Brewin and others 2002: at least six); the leaflet of the NFFF says more than six."""
SCRIPT = f"""
"use strict";
const boxes = [...document.querySelectorAll(".marks input")];
const said = document.getElementById("said");
function count() {{
  const yes = boxes.filter((box) => box.checked).length;
  said.hidden = yes === 0;
  said.classList.toggle("high", yes >= {CUT});
  said.textContent = yes >= {CUT}
    ? `${{yes}} of 10: please talk to a clinician. If it cannot wait, call or text 988.`
    : `${{yes}} of 10: nothing more is needed because of this form. Talk to somebody if you are not well.`;
}}
boxes.forEach((box) => box.addEventListener("change", count));
count();
"""
_HASH = b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
CARD_HEADERS = HEADERS | {
    "Content-Security-Policy": (
        f"default-src 'none'; script-src 'sha256-{_HASH}'; style-src 'unsafe-inline'; "
        "connect-src 'none'; img-src 'none'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
}
_HIDDEN: dict[str, Any] = {"include_in_schema": False, "response_model": None}


def routes() -> APIRouter:
    """GET /card."""
    router = APIRouter()
    text = rendered("card.html", "UTC", script=Markup(SCRIPT))  # noqa: S704 - our own script

    @router.get("/card", **_HIDDEN)
    async def card() -> Response:
        return HTMLResponse(text, headers=CARD_HEADERS)

    return router
