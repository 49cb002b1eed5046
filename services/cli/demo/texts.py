"""The demo's gateway for texts: a webhook on this machine that puts them beside the phones' mail."""

from __future__ import annotations

import asyncio
import json
import mailbox
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import TYPE_CHECKING

from fastapi import APIRouter, HTTPException, Request, Response

from services.dispatch.carriers.signing import BadSignature, verify
from services.runtime.auth import secret_of
from services.runtime.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_PATH = "/demo/texts"
_CARRIERS = """\
# Made by `tailboard up --demo`: mail first, and texts to a page of this machine.
version: 1
carriers:
  - {{channel: email, kind: smtp}}
  - channel: sms
    kind: sms_webhook
    url: {url}
    secret: {{file: {secret}}}
    allow_private: true
"""


@dataclass(frozen=True, slots=True)
class TextGateway:
    """Keeps each text in the Maildir of the phones, under the mail address of its number's owner."""

    folder: Path
    owners: Mapping[str, str]
    secret: str = field(repr=False)

    def routes(self) -> APIRouter:
        """Where dispatch posts texts."""
        router = APIRouter(include_in_schema=False)

        @router.post(_PATH, status_code=202)
        async def take(request: Request) -> Response:
            """Take one text."""
            body = await request.body()
            try:
                verify(self.secret, request.headers, body, SystemClock().now())
            except BadSignature as bad:
                raise HTTPException(401, str(bad)) from bad
            await asyncio.to_thread(self._keep, body)
            return Response(status_code=202)

        return router

    def _keep(self, body: bytes) -> None:
        said = json.loads(body)
        text = EmailMessage()
        text["To"] = self.owners.get(said["to"], said["to"])
        text["Subject"] = "Text message"
        text["Message-ID"] = f"<{said['message_id']}@texts>"
        text["X-Tailboard-Channel"] = "sms"
        text.set_content(said["text"])
        mailbox.Maildir(self.folder, create=True).add(text)


def text_gateway(
    data_dir: Path, phones: Path, url: str, owners: Mapping[str, str]
) -> tuple[TextGateway, Path]:
    """The gateway, and the carriers file that leads to it, for a Tailboard at this address."""
    secret = data_dir / "demo-texts-secret"
    gateway = TextGateway(phones, owners, secret_of(secret))
    carriers = data_dir / "demo-carriers.yaml"
    told = {"url": json.dumps(f"{url}{_PATH}"), "secret": json.dumps(str(secret.resolve()))}
    carriers.write_text(_CARRIERS.format(**told), encoding="utf-8")
    return gateway, carriers
