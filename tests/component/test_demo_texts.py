"""The demo's gateway: a text that dispatch posts is on the phones' page beside the mail."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from typing import TYPE_CHECKING

import httpx
import pytest
from fastapi import FastAPI

from services.audit.console.phones import phones
from services.cli.demo.agency import demo_agency
from services.cli.demo.texts import text_gateway
from services.dispatch.carriers.building import carriers_of
from services.dispatch.carriers.carriers_file import read_carriers
from services.dispatch.carriers.signing import signed
from services.dispatch.settings import DispatchSettings
from services.runtime.clock import SystemClock

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("signer", ["ours", "forged, and long enough for a secret"])
async def test_a_text_is_shown_beside_the_mail_when_it_is_signed(
    tmp_path: Path, signer: str
) -> None:
    member = demo_agency().members[0]
    number = demo_agency().numbers()[member.email]
    folder, owners = tmp_path / "phones", {number: member.email}
    gateway, file = text_gateway(tmp_path, folder, "http://127.0.0.1:1", owners)
    mail = EmailMessage()
    mail["To"], mail["Subject"] = member.email, "Tailboard: a peer is needed now"
    mailbox.Maildir(folder).add(mail)
    app = FastAPI()
    app.include_router(gateway.routes())
    body = f'{{"to": "{number}", "text": "needed now", "message_id": "1"}}'.encode()
    used = gateway.secret if signer == "ours" else signer
    headers = signed(used, body, SystemClock().now())

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as http:
        answer = await http.post("http://demo.invalid/demo/texts", content=body, headers=headers)

    (phone,) = phones(folder)
    assert phone.to == member.email
    if signer != "ours":
        assert answer.status_code == 401
        assert len(phone.messages) == 1
        return
    assert answer.status_code == 202
    assert sorted((m.is_text, m.text) for m in phone.messages) == [
        (False, ""),
        (True, "needed now"),
    ]
    carriers = carriers_of(read_carriers(file), DispatchSettings(data_dir=tmp_path))
    assert [each.channel for each in carriers.all] == ["email", "sms"]
