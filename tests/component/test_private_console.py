"""What the console shows of one-on-ones: clocks and reasons, to an operator, and nobody at all."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from schemas.one_on_ones import GlassBroken, LegalHoldSet, OneOnOneOpened
from schemas.subjects import PRIVATE_LEDGER, Entity, Stream, one_on_one_id_for
from services.runtime.auth import KeyRole, add_key
from tests.support.builders import an
from tests.unit.audit.desk import Desk
from tests.unit.audit.story import AGENCY, START, record

if TYPE_CHECKING:
    from pathlib import Path


async def test_an_operator_sees_counts_holds_and_broken_glass_and_command_no_page(
    tmp_path: Path,
) -> None:
    desk = Desk.at(tmp_path)
    operator = add_key(tmp_path / "keys.json", "lead", AGENCY, KeyRole.OPERATOR)
    ledger = Entity(Stream.FOLLOWUP, AGENCY, PRIVATE_LEDGER)
    await record(desk.journal, ledger, START, an(LegalHoldSet), an(GlassBroken))
    for number in range(4):
        one = Entity(Stream.FOLLOWUP, AGENCY, one_on_one_id_for(UUID(int=number)))
        await record(desk.journal, one, START, an(OneOnOneOpened))
    async with desk.running() as app, desk.client(app, None) as client:
        signed = {"key": operator, "next": "/one-on-ones"}
        shown = (await client.post("/sign-in", data=signed, follow_redirects=True)).text
        told = await client.get("/v1/one-on-ones", headers={"Authorization": f"Bearer {operator}"})
        board = (await client.get("/")).text
        await client.post("/sign-in", data={"key": desk.keys[AGENCY], "next": "/"})
        assert (await client.get("/one-on-ones")).status_code == 403
        bare = {"Authorization": f"Bearer {desk.keys[AGENCY]}"}
        assert (await client.get("/v1/one-on-ones", headers=bare)).status_code == 403
    assert "fewer than 5" in shown
    assert "subpoena" in shown
    assert "m-01" in shown
    assert told.json()["open"] is None
    for text in (shown, told.text, board):
        assert "p-01" not in text, "whose it is"
        assert "o-0000" not in text
