"""Who is looking at the console: a signed cookie after sign-in, or everybody in a demo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, URLSafeTimedSerializer

from services.runtime.auth import KeyRole, Principal, secret_of

if TYPE_CHECKING:
    from fastapi import Request, Response

    from services.audit.settings import AuditSettings

COOKIE = "tailboard_session"
_HOURS = 12
_SECONDS = _HOURS * 3600


@dataclass(frozen=True, slots=True)
class Sessions:
    """Signs and reads the cookie; a session ends after twelve hours."""

    signer: URLSafeTimedSerializer
    demo: Principal | None
    is_https: bool

    @classmethod
    def of(cls, settings: AuditSettings) -> Sessions:
        """The sessions of this data folder; its secret is made on first use."""
        secret = secret_of(settings.data_dir / "session-secret")
        guest = Principal(label="demo", agency=settings.agency, role=KeyRole.OPERATOR)
        return cls(
            URLSafeTimedSerializer(secret, salt="console"),
            guest if settings.demo else None,
            settings.base_url.startswith("https:"),
        )

    def who(self, request: Request) -> Principal | None:
        """Whose session the request carries; without a valid one the demo's guest, or None."""
        try:
            kept = self.signer.loads(request.cookies.get(COOKIE, ""), max_age=_SECONDS)
            return Principal.model_validate(kept)
        except (BadSignature, ValueError):
            return self.demo

    def begin(self, response: Response, principal: Principal) -> None:
        """Let the browser come back as this principal."""
        response.set_cookie(
            COOKIE,
            str(self.signer.dumps(principal.model_dump(mode="json"))),
            max_age=_SECONDS,
            httponly=True,
            samesite="lax",
            secure=self.is_https,
        )


def end(response: Response) -> None:
    """Forget the session in this browser."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax")


def safe_path(wanted: str) -> str:
    """A path of this console to go on to; the board for anything else."""
    is_ours = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    return wanted if is_ours and wanted.isprintable() else "/"
