"""What is told of one-on-ones: clocks and counts of five or more; holds and broken glass in full."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from schemas.catalogue import CATALOGUE
from schemas.envelope import Recorded
from schemas.one_on_ones import (
    GlassBroken,
    LegalHoldLifted,
    LegalHoldSet,
    OneOnOneClosed,
    OneOnOneErased,
    OneOnOneOpened,
    OneOnOneOverdue,
)
from schemas.subjects import PRIVATE_LEDGER, Entity, Stream, one_on_one_id_for
from services.audit import tables
from services.audit.folds import changes_of
from services.audit.store import Store
from services.audit.views.private import Private, told
from tests.support.builders import AGENCY, NOW, a_draft, an

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.catalogue import Row
    from schemas.envelope import Event

OWN = [row for row in CATALOGUE if row.model.__module__ == "schemas.one_on_ones"]


def recorded(event: Event, number: int = 0) -> Recorded[Event]:
    draft = a_draft(event)
    ledger = isinstance(event, LegalHoldSet | LegalHoldLifted | GlassBroken)
    name = PRIVATE_LEDGER if ledger else one_on_one_id_for(UUID(int=number))
    entity = Entity(Stream.FOLLOWUP, AGENCY, name)
    meta = draft.meta.model_copy(update={"event_id": UUID(int=number)})
    return Recorded(entity, meta, draft.event, 7)


@pytest.mark.parametrize("row", OWN, ids=lambda row: row.model.NAME)
def test_no_event_of_one_says_whose_it_is_or_becomes_a_line_of_a_case(row: Row) -> None:
    event = an(row.model)
    for change in changes_of(recorded(event)):
        assert change.table in {tables.one_on_ones, tables.holds, tables.glass}
        assert "p-01" not in map(str, change.values.values())


async def shown(folder: Path, *events: Recorded[Event]) -> Private:
    store = Store(f"sqlite:///{folder / 'views.sqlite3'}")
    changes = [change for each in events for change in changes_of(each)]
    await store.write(Stream.FOLLOWUP, 7, changes)
    return await store.read(lambda connection: told(connection, AGENCY, NOW))


async def test_fewer_than_five_are_not_told(tmp_path: Path) -> None:
    few = await shown(tmp_path, *(recorded(an(OneOnOneOpened), n) for n in range(4)))
    assert (few.open, few.closed, few.erased, few.next_erasure_at) == (None,) * 4
    five = await shown(
        tmp_path,
        *(recorded(an(OneOnOneOpened), n) for n in range(15)),
        *(recorded(an(OneOnOneOverdue), n) for n in range(5)),
        *(recorded(an(OneOnOneClosed), n) for n in range(5, 15)),
        *(recorded(an(OneOnOneErased), n) for n in range(10, 15)),
    )
    assert (five.open, five.overdue, five.closed, five.erased) == (5, 5, 5, 5)
    assert five.next_erasure_at == NOW + timedelta(days=30)


async def test_holds_and_broken_glass_say_who_and_why(tmp_path: Path) -> None:
    events = (an(LegalHoldSet), an(LegalHoldLifted), an(GlassBroken))
    found = await shown(tmp_path, *map(recorded, events))
    (hold,) = found.holds
    assert (hold.reason, hold.set_by, hold.lift_reason) == ("subpoena", "key:operator", "released")
    (glass,) = found.glass
    assert (glass.reason, glass.broken_by, glass.on_behalf_of) == ("safety", "key:operator", "m-01")
    assert glass.shown
