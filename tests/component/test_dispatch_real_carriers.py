"""The whole way to real servers: mail that stops and returns, and texts by a signed webhook."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from schemas.deliveries import DeliveryStarted
from schemas.dispatch import OfferAccepted, OfferExtended
from schemas.policy import Role
from services.dispatch.carriers.chosen import Carriers
from services.dispatch.carriers.email import SmtpCarrier
from services.dispatch.carriers.signing import signed
from services.dispatch.carriers.webhook import Endpoint, WebhookCarrier
from services.runtime.clock import SystemClock
from tests.component.test_dispatch_channels import wanted
from tests.support.phones import SECRET, reached
from tests.support.receivers import HttpServer, MailServer, http_server, mail_server
from tests.support.town import a_town
from tests.unit.dispatch.cases import CASE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.town import Town

_SECONDS = 0.5


def _mail(port: int) -> SmtpCarrier:
    return SmtpCarrier("127.0.0.1", port, "tailboard@agency.invalid", _SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _asked(town: Town) -> None:
    for number in (1, 2, 3):
        name = f"p-{number}"
        await town.enroll(name, Role.PEER, contact=reached(name, number, "email"))
    await wanted(town, CASE)


async def test_mail_goes_down_and_comes_back_and_nobody_is_asked_twice(tmp_path: Path) -> None:
    port, server = _free_port(), MailServer()
    async with a_town(tmp_path, alone=True, carriers=Carriers((_mail(port),))) as town:
        await _asked(town)
        assert server.taken == []

        async with mail_server(server, port):
            await town.advance(seconds=5)

        asked = sorted(mail["To"] for mail in server.taken)
        assert asked == [f"p-{number}@phones.invalid" for number in (1, 2, 3)]
        assert len(town.events(CASE, OfferExtended)) == 3, "nobody else was asked meanwhile"
        tried = [e.attempt for e in town.events(CASE) if isinstance(e, DeliveryStarted)]
        assert max(tried) == 2


async def test_a_mail_server_that_stays_away_leaves_it_to_the_texts_and_they_are_answered(
    tmp_path: Path,
) -> None:
    gateway = HttpServer(status="202 Accepted")
    async with http_server(gateway) as place:
        endpoint = Endpoint(f"http://{place}/send", SECRET, allow_private=True)
        texts = WebhookCarrier("sms", "sms", "phone", endpoint, _SECONDS)
        both = Carriers((_mail(_free_port()), texts), "US", {"sms": SECRET})
        async with a_town(tmp_path, alone=True, carriers=both) as town:
            await _asked(town)
            await town.advance(seconds=10)

            said = {posted.said["to"]: posted.said["text"] for posted in gateway.posted}
            assert sorted(said) == ["+14155550101", "+14155550102", "+14155550103"]
            assert len(gateway.posted) == 3
            assert len(town.events(CASE, OfferExtended)) == 3

            code = said["+14155550101"].partition(" yes")[0][-2:]
            body = f'{{"id": "1", "from": "+14155550101", "text": "{code} yes"}}'.encode()
            headers = signed(SECRET, body, SystemClock().now())
            answer = await town.http.post("/v1/carriers/sms/replies", content=body, headers=headers)
            assert "you are on the team" in answer.json()["reply"]
            (accepted,) = town.events(CASE, OfferAccepted)
            assert isinstance(accepted, OfferAccepted)
            assert accepted.member_id == "p-1"
