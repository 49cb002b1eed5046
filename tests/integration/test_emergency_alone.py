"""Dispatch alone on the real server, a carrier that is stuck: an emergency goes out all the same."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from aiosmtpd.smtp import SMTP as SmtpProtocol  # noqa: N811 - a class with a shouting name
from typing_extensions import override

from schemas.intake import ActivationRequested
from schemas.policy import Place, Role
from schemas.subjects import Entity, Stream, case_id_for
from services.dispatch.app import build
from services.dispatch.settings import DispatchSettings
from services.runtime.auth import KeyRole, add_key
from services.runtime.clock import SystemClock
from services.runtime.host import Host
from services.runtime.journal_jetstream import JetStreamJournal
from tests.support.builders import BRIEF, a_draft, an
from tests.support.processes import RealPhones

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.nats_server import NatsServer

pytestmark = [pytest.mark.connected, pytest.mark.timeout(120)]
CASES, OFFERS_OF_A_CASE = 25, 8
"""Two hundred ordinary offers."""
IN_FLIGHT = 16
"""So many of them are in the carrier's hands at once before an emergency is raised."""
AT_ONCE_SECONDS = 0.1
PATIENCE_SECONDS = 20


@dataclass
class StuckPhones(RealPhones):
    """A mail server that takes emergencies, and holds everything else until it is let go."""

    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    held: int = 0
    stuck: asyncio.Event = field(default_factory=asyncio.Event)
    pages: asyncio.Queue[tuple[str, float]] = field(default_factory=asyncio.Queue)

    @override
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if b"EMERGENCY" in envelope.content:
            self.pages.put_nowait((envelope.rcpt_tos[0].partition("@")[0], time.monotonic()))
        elif not self.let_go.is_set():
            self.held += 1
            if self.held >= IN_FLIGHT:
                self.stuck.set()
            await self.let_go.wait()
        return await super().handle_DATA(server, session, envelope)


@dataclass(frozen=True)
class Alone:
    """Dispatch with nothing beside it."""

    http: httpx.AsyncClient
    phones: StuckPhones
    intake: JetStreamJournal
    """What intake would record, were it there."""

    async def enroll(self, member_id: str, role: Role) -> None:
        entry: dict[str, Any] = {
            "role": role.value,
            "discipline": "fire",
            "station": "st-1",
            "units": [],
            "designated_from": "2020-01-01",
            "training_valid_until": "2099-01-01",
            "contact_confirmed_on": str(SystemClock().now().date()),
            "contact": {"email": f"{member_id}@phones.invalid"},
        }
        answer = await self.http.put(f"/v1/roster/members/{member_id}", json=entry)
        assert answer.is_success, answer.text

    async def want_a_team(self, number: int) -> None:
        """One more ordinary case, whose offers go to the carrier."""
        now = SystemClock().now()
        about = {"occurred_at": now, "reported_at": now, "operations_ended_at": now}
        places = (Place(role=Role.PEER, count=OFFERS_OF_A_CASE - 1),)
        policy = BRIEF.policy.model_copy(update={"places": places, "surplus": 1})
        brief = BRIEF.model_copy(update={**about, "policy": policy})
        case = Entity(Stream.INTAKE, "metro", case_id_for("metro", "test", str(number)))
        wanted = an(ActivationRequested, brief=brief, units=())
        await self.intake.append([a_draft(wanted, case)], [], 0)

    async def emergency(self) -> tuple[set[str], float]:
        """Raise one; whom the first two pages reached, and after how many seconds the first was
        handed over whole."""
        begun = time.monotonic()
        answer = await self.http.post("/v1/emergencies", json={"category": "suicide_risk"})
        assert answer.status_code == 201, answer.text
        async with asyncio.timeout(PATIENCE_SECONDS):
            pages = [await self.phones.pages.get() for _ in range(2)]
        return {owner for owner, _ in pages}, min(at for _, at in pages) - begun


@asynccontextmanager
async def dispatch_alone(nats: NatsServer, folder: Path) -> AsyncIterator[Alone]:
    phones = StuckPhones()
    loop = asyncio.get_running_loop()
    mail = await loop.create_server(lambda: SmtpProtocol(phones, loop=loop), "127.0.0.1", 0)
    key = add_key(folder / "keys.json", "test", "metro", KeyRole.OPERATOR)
    settings = DispatchSettings.model_validate(
        {
            "agency": "metro",
            "data_dir": folder,
            "nats_url": nats.url,
            "nats_user": "dispatch",
            "nats_password": nats.embedded.passwords["dispatch"],
            "smtp_port": mail.sockets[0].getsockname()[1],
            "smtp_start_tls": False,
            "send_seconds": 60,
            "ack_wait": 120,
        }
    )
    intake = JetStreamJournal(await nats.connect("intake"), SystemClock())
    try:
        async with Host([(build, settings)]).running() as app:
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                base_url="http://dispatch",
                headers={"Authorization": f"Bearer {key}"},
            )
            async with client as http:
                yield Alone(http, phones, intake)
            phones.let_go.set()
    finally:
        phones.let_go.set()
        mail.close()
        await mail.wait_closed()


async def test_an_emergency_needs_no_other_service(nats: NatsServer, tmp_path: Path) -> None:
    """Nothing but dispatch and the streams is there: no intake, no followup, no audit."""
    async with dispatch_alone(nats, tmp_path) as alone:
        for member_id in ("m-1", "m-2"):
            await alone.enroll(member_id, Role.MHP)
        paged, _ = await alone.emergency()
        assert paged == {"m-1", "m-2"}


async def test_two_hundred_offers_in_a_stuck_carrier_hold_up_no_emergency(
    nats: NatsServer, tmp_path: Path
) -> None:
    async with dispatch_alone(nats, tmp_path) as alone:
        await asyncio.gather(
            *(alone.enroll(f"p-{n}", Role.PEER) for n in range(1, 41)),
            *(alone.enroll(f"m-{n}", Role.MHP) for n in range(1, 3)),
        )
        for number in range(CASES):
            await alone.want_a_team(number)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await alone.phones.stuck.wait()

        raised = [await alone.emergency() for _ in range(8)]

        assert not alone.phones.let_go.is_set(), "the offers before it are still stuck"
        assert not [text for text in alone.phones.texts if "EMERGENCY" not in text.subject]
        assert all(paged == {"m-1", "m-2"} for paged, _ in raised)
        took = sorted(seconds for _, seconds in raised)
        assert took[0] < AT_ONCE_SECONDS, f"handed over after {timedelta(seconds=took[0])}"
