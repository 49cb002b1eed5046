"""`tailboard views` beside a running Tailboard, as its operator uses it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from services.audit import tables
from tests.support.nats_server import patiently
from tests.support.up import EXAMPLES, up

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.postgres import Postgres

pytestmark = [
    pytest.mark.connected,
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(120),
]


async def views(*arguments: str, folder: Path, url: str = "") -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli", "views", *arguments, "--data-dir", str(folder)),
        env=os.environ | ({"TAILBOARD_VIEWS_URL": url} if url else {}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, said = await process.communicate()
    return process.returncode or 0, out.decode(), said.decode()


async def test_views_are_shown_and_built_anew_while_tailboard_runs(
    tmp_path: Path, postgres: Postgres
) -> None:
    async with up(tmp_path / "data") as tailboard:
        folder = tailboard.folder
        await tailboard.cli("post", str(EXAMPLES / "pediatric-cpr.json"))
        status: dict[str, object] = {}
        async for attempt in patiently(AssertionError):
            with attempt:
                _, out, _ = await views("status", "--json", folder=folder)
                status = json.loads(out)
                streams = {each["stream"]: each for each in json.loads(out)["streams"]}
                assert streams["intake"]["position"] > 0
                assert all(each["lag"] == 0 for each in streams.values())
        assert status["version"] == tables.VERSION
        assert str(status["where"]) == str(folder / f"audit.v{tables.VERSION}.sqlite3")

        code, out, said = await views("rebuild", folder=folder)
        assert (code, said) == (0, "")
        assert "events in" in out

        old = folder / "audit.v1.sqlite3"
        old.write_bytes(b"old")
        _, out, _ = await views("status", folder=folder)
        assert "behind" in out
        assert "audit.v1.sqlite3: version 1, 3 B" in out.replace("\n", "")
        assert "dropped" in (await views("drop-old", folder=folder))[1]
        assert not old.exists()

        await elsewhere(folder, postgres.url())


async def elsewhere(folder: Path, url: str) -> None:
    """The same on PostgreSQL, and places that are away or none."""
    assert (await views("rebuild", folder=folder, url=url))[0] == 0
    _, out, _ = await views("status", "--json", folder=folder, url=url)
    assert json.loads(out)["filled_at"]
    away = "postgresql+psycopg://a:geheim@127.0.0.1:1/views"
    code, _, said = await views("status", folder=folder, url=away)
    assert code == 1
    assert "cannot be reached" in said
    assert "geheim" not in said
    code, _, said = await views("status", folder=folder, url="mysql://a/b")
    assert code == 2
    assert "--views-url: the views live in SQLite or PostgreSQL" in said
