"""Views of earlier versions are kept for a month after the new ones had caught up, and no longer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from services.audit import homes, tables
from services.audit.housekeeping import KEEP_OLD, Housekeeping
from services.audit.store import Store
from tests.unit.audit.desk import StillClock

if TYPE_CHECKING:
    import pytest


async def caught_up() -> None:
    """They have."""


async def test_old_views_are_dropped_a_month_later(
    views_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Store(views_url)
    assert await old.positions() == {}
    await old.close()
    older = homes.current(views_url)
    monkeypatch.setattr(tables, "VERSION", tables.VERSION + 1)
    store, clock = Store(views_url), StillClock()
    await Housekeeping(views_url, store, clock, caught_up, lambda: False).look()
    assert await store.filled_at() is None, "not before they had"
    keeper = Housekeeping(views_url, store, clock, caught_up, lambda: True)
    await keeper.look()
    assert await store.filled_at() == clock.now()
    clock.advance(KEEP_OLD - timedelta(seconds=1))
    await keeper.look()
    assert homes.outdated(views_url) == [older]
    clock.advance(timedelta(seconds=1))
    await keeper.look()
    assert homes.found(views_url) == [homes.current(views_url)]
    await store.close()
