"""Which address needs what: every route of every service has one row here, and a route without one
is closed. Add the row with the route; tests/component/test_access.py names those that are missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.runtime.access import May

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Request

_CASE, _ITEM, _MEMBER = "/v1/cases/{case_id}", "/v1/cases/{case_id}/items/{item}", "{member_id}"
_ROTA, _EXCEPTION = "/v1/rota/schedules/{rota_id}", "/v1/exceptions/{reference}"

KEYED: Mapping[str, May] = {
    **dict.fromkeys(
        (
            "POST /v1/incidents",
            "POST /v1/incidents:bulk",
            "POST /v1/incidents:eido",
            "POST /v1/incidents:cap",
            "POST /v1/incidents:neris",
            "POST /v1/incidents:nemsis",
        ),
        May.POST_INCIDENTS,
    ),
    **dict.fromkeys(("POST /v1/screenings", "GET /v1/triggers"), May.TRY_SCREENING),
    **dict.fromkeys(
        (
            "GET /v1/cases",
            f"GET {_CASE}",
            "GET /v1/watch",
            "GET /v1/activations",
            "GET /v1/reviews",
            "GET /v1/check-ins",
            "GET /v1/watchdog",
        ),
        May.READ_CASES,
    ),
    **dict.fromkeys(
        (
            "POST /v1/raises",
            f"POST {_CASE}:raise",
            f"POST {_CASE}:lower",
            f"POST {_CASE}:merge",
            f"POST {_CASE}:split",
            f"POST {_CASE}/reviews/{{review_id}}",
            f"POST {_CASE}/take-over",
            f"POST {_CASE}/pause",
            f"POST {_CASE}/resume",
            f"POST {_CASE}/answer-alarm",
            f"POST {_CASE}/add-member",
            f"POST {_CASE}/withdraw-member",
            f"POST {_CASE}/replace-member",
            f"POST {_CASE}/ask-again",
            f"POST {_CASE}/resize",
            f"POST {_CASE}/stand-down",
            f"POST {_CASE}/close",
            f"PUT {_CASE}/crews",
            "POST /v1/check-ins/{request_id}/{item}/explain",
        ),
        May.DECIDE,
    ),
    **dict.fromkeys(
        (
            f"GET {_CASE}/sessions",
            "GET /v1/sessions",
            f"POST {_ITEM}/propose",
            f"POST {_ITEM}/confirm",
            f"POST {_ITEM}/move",
            f"POST {_ITEM}/cancel",
            f"POST {_ITEM}/extend",
            f"POST {_ITEM}/done",
            f"POST {_ITEM}/decline",
            f"POST {_ITEM}/explain",
        ),
        May.SCHEDULE,
    ),
    "POST /v1/drills": May.RUN_DRILLS,
    "DELETE /v1/drills/{case_id}": May.RUN_DRILLS,
    "GET /v1/drills": May.SEE_DRILLS,
    "GET /v1/drills/{case_id}": May.SEE_DRILLS,
    "GET /v1/requests": May.READ_COUNTS,
    "GET /v1/support": May.READ_COUNTS,
    "GET /v1/one-on-ones": May.READ_ONE_ON_ONES,
    "GET /v1/response-times": May.READ_CLOCKS,
    "GET /v1/reports/response-times": May.READ_CLOCKS,
    "GET /v1/reports/impact": May.READ_COUNTS,
    "GET /v1/reports/training": May.READ_REPORTS,
    "GET /v1/reports/drill": May.READ_REPORTS,
    "GET /v1/reports/roi": May.READ_REPORTS,
    "GET /v1/feedback": May.READ_FEEDBACK,
    "GET /v1/checkpoints": May.READ_RECORD,
    "GET /v1/retention": May.READ_RECORD,
    "GET /v1/coverage": May.SEE_COVERAGE,
    **dict.fromkeys(
        (
            "GET /v1/roster/members",
            f"GET /v1/roster/members/{_MEMBER}",
            "GET /v1/roster/designated",
            "GET /v1/roster/check",
            "POST /v1/roster/would-be-asked",
        ),
        May.SEE_ROSTER,
    ),
    **dict.fromkeys(
        (
            f"PUT /v1/roster/members/{_MEMBER}",
            f"PATCH /v1/roster/members/{_MEMBER}",
            f"DELETE /v1/roster/members/{_MEMBER}/contact",
            f"POST /v1/roster/members/{_MEMBER}/invite",
            f"POST /v1/roster/members/{_MEMBER}/stand-down",
            f"POST /v1/roster/members/{_MEMBER}/return",
            f"POST /v1/roster/members/{_MEMBER}/leave",
            f"POST /v1/roster/members/{_MEMBER}/confirm-contact",
            f"POST /v1/roster/members/{_MEMBER}/mute",
            f"POST /v1/roster/members/{_MEMBER}/unmute",
            "POST /v1/roster/preview",
        ),
        May.CHANGE_ROSTER,
    ),
    "GET /v1/roster/export.csv": May.EXPORT,
    **dict.fromkeys(
        (
            "GET /v1/rota/schedules",
            f"GET {_ROTA}",
            "GET /v1/rota/shifts",
            f"GET {_ROTA}/shifts.ics",
            "GET /v1/rota/on-call",
            "GET /v1/rota/gaps",
            "GET /v1/rota/calendars",
        ),
        May.SEE_ON_CALL,
    ),
    **dict.fromkeys(
        (
            f"PUT {_ROTA}",
            f"POST {_ROTA}/overrides",
            f"DELETE {_ROTA}/overrides/{{override_id}}",
            f"POST {_ROTA}/swaps",
            f"POST {_ROTA}/end",
            f"POST /v1/rota/feeds/{_MEMBER}",
            f"DELETE /v1/rota/feeds/{_MEMBER}",
            f"PUT /v1/rota/calendars/{_MEMBER}",
            f"DELETE /v1/rota/calendars/{_MEMBER}",
            "PUT /v1/rota/calendar-file",
            f"PUT /v1/rota/hours/{_MEMBER}",
            f"DELETE /v1/rota/hours/{_MEMBER}",
        ),
        May.CHANGE_ROTA,
    ),
    "POST /v1/referrals": May.REFER,
    "GET /v1/resources": May.SEE_PLACES,
    "PUT /v1/resources": May.KEEP_PLACES,
    "POST /v1/resources/{resource_id}/confirm": May.KEEP_PLACES,
    "DELETE /v1/resources/{resource_id}": May.KEEP_PLACES,
    **dict.fromkeys(
        (
            "GET /v1/exceptions/law",
            "POST /v1/exceptions",
            f"GET {_EXCEPTION}",
            f"POST {_EXCEPTION}/notified",
            f"POST {_EXCEPTION}/notice-sent",
            f"GET {_EXCEPTION}/notice",
        ),
        May.RECORD_EXCEPTIONS,
    ),
    "POST /v1/private/holds": May.MANAGE_PRIVATE,
    "POST /v1/private/holds/{hold_id}/lift": May.MANAGE_PRIVATE,
    "GET /v1/private/status": May.MANAGE_PRIVATE,
    "POST /v1/private/one-on-ones/{one_on_one}/break-glass": May.BREAK_GLASS,
    **dict.fromkeys(
        (
            "POST /v1/private/rekey",
            "POST /v1/checkpoints/next-key",
            "GET /v1/carriers",
            "POST /v1/carriers/check",
            "PUT /v1/dispatch-center/contact",
            "DELETE /v1/dispatch-center/contact",
            "GET /v1/exposure-enrolments/how-many",
            "GET /v1/deadletters",
            "POST /v1/deadletters/{sequence}/replay",
        ),
        May.OPERATE,
    ),
}
"""Programs: a key as bearer token or `X-API-Key`; 401 without one, 403 for another role."""

PAGES: Mapping[str, May] = {
    "GET /": May.READ_CASES,
    "GET /activations": May.READ_CASES,
    "GET /reviews": May.READ_CASES,
    "GET /cases": May.READ_CASES,
    "GET /cases/{case_id}": May.READ_CASES,
    "GET /live": May.READ_CASES,
    "GET /raise": May.DECIDE,
    "GET /roster": May.SEE_ROSTER,
    "GET /response-times": May.READ_CLOCKS,
    "GET /reports": May.READ_CLOCKS,
    "GET /reports/response-times": May.READ_CLOCKS,
    "GET /reports/impact": May.READ_COUNTS,
    "GET /reports/training": May.READ_REPORTS,
    "GET /reports/drill": May.READ_REPORTS,
    "GET /reports/roi": May.READ_REPORTS,
    "GET /places": May.SEE_PLACES,
    "GET /drills": May.SEE_DRILLS,
    "GET /drills/{case_id}": May.SEE_DRILLS,
    "GET /one-on-ones": May.READ_ONE_ON_ONES,
    "GET /answers": May.READ_FEEDBACK,
    "GET /record": May.READ_RECORD,
    "GET /phones": May.SEE_PHONES,
}
"""The console: the way to sign in without a session, a page that says why for another role."""

FORMS: Mapping[str, May] = {
    "POST /cases/{case_id}/decide": May.DECIDE,
    "POST /raise": May.DECIDE,
    f"POST {_ITEM}/done-form": May.SCHEDULE,
    f"POST {_ITEM}/decline-form": May.SCHEDULE,
    f"POST {_ITEM}/explain-form": May.SCHEDULE,
    "POST /places/{resource_id}/confirm": May.KEEP_PLACES,
}
"""The console's forms: a pass in the page says who is looking; back to the page without one."""

LINKS = ("/o/", "/a/", "/r/", "/s/", "/m/", "/f/", "/ask/{", "/emergency/{", "/calendar/{")
LINKS_TOO = ("/exposure/{token}", "/exposure/leave/", "/feedback/{")
"""Signed links and secrets: what they open is in them, and no key opens more."""

OPEN = frozenset(
    {
        "GET /sign-in",
        "POST /sign-in",
        "POST /sign-out",
        "GET /static/{name}",
        "GET /reference",
        "GET /card",
        "GET /healthz",
        "GET /metrics",
        "GET /asyncapi.json",
        "GET /openapi.json",
        "GET /exposure/sent",
        "GET /exposure/left",
    }
)
"""Whoever reaches the service: nothing there is about anybody."""

CODED: Mapping[str, May] = {
    "GET /ask": May.ASK_FOR_A_PEER,
    "POST /ask": May.ASK_FOR_A_PEER,
    "POST /v1/peer-requests": May.ASK_FOR_A_PEER,
    "GET /emergency": May.RAISE_EMERGENCY,
    "POST /emergency": May.RAISE_EMERGENCY,
    "POST /v1/emergencies": May.RAISE_EMERGENCY,
    "GET /exposure": May.ASK_FOR_A_PEER,
    "POST /exposure": May.ASK_FOR_A_PEER,
    "POST /v1/exposure-enrolments": May.ASK_FOR_A_PEER,
}
"""Help: the pages can be read by all; what is sent needs the members' code, unless the agency
lets everybody ask (`requests_open`)."""

SECRETS = frozenset(
    {
        "GET /v1/exposure-enrolments/own",
        "DELETE /v1/exposure-enrolments/own",
        "POST /v1/carriers/{channel}/callbacks",
        "POST /v1/carriers/{channel}/replies",
    }
)
"""A secret of their own: of one's private link, or of a carrier that signs what it sends."""

_NEEDED = {**KEYED, **PAGES, **FORMS, **CODED}


def needed(address: str) -> May | None:
    """What an address needs, such as `GET /v1/cases/{case_id}`; None when no row names it."""
    return _NEEDED.get(address)


def is_link(address: str) -> bool:
    """Whether what opens this address is in the address itself."""
    return address.partition(" ")[2].startswith(LINKS + LINKS_TOO)


def address_of(request: Request) -> str:
    """A request's row: its method, and its route's path with the names of what varies."""
    return f"{request.method} {getattr(request.scope.get('route'), 'path', '')}"
