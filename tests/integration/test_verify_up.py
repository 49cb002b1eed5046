"""`tailboard verify` and `tailboard export` beside a running Tailboard, as its operator uses them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import cryptography
import httpx
import pytest

from tests.support.nats_server import patiently
from tests.support.up import EXAMPLES, up

if TYPE_CHECKING:
    from tests.support.up import Running

pytestmark = [pytest.mark.connected, pytest.mark.slow, pytest.mark.timeout(300)]


async def run(*command: str, **env: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *command,
        env=os.environ | env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode()


async def cli(*arguments: str) -> tuple[int, str]:
    return await run(sys.executable, "-m", "services.cli", *arguments)


async def all_sealed(tailboard: Running) -> str:
    """Wait until no event is unsealed; what `verify` says then."""
    async for attempt in patiently(AssertionError, seconds=60):
        with attempt:
            code, said = await cli("verify", "--data-dir", str(tailboard.folder))
            assert "not sealed yet" not in said
            assert "DISPATCH           0 " not in said
            assert code == 0, said
            return said
    raise AssertionError


def only_cryptography(folder: Path) -> Path:
    """A place to import from that holds `cryptography` and what it is made of, and nothing else."""
    folder.mkdir()
    installed = Path(cryptography.__file__).parents[1]
    for name in ("cryptography", "cffi", "pycparser", *(p.name for p in installed.glob("_cffi*"))):
        if (installed / name).exists():
            (folder / name).symlink_to(installed / name)
    return folder


async def test_the_record_is_proven_here_and_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAILBOARD_CHECKPOINT_EVENTS", "3")
    monkeypatch.setenv("TAILBOARD_CHECKPOINT_MINUTES", "0.1")
    folder, bundle = tmp_path / "data", tmp_path / "record.zip"
    async with up(folder) as tailboard:
        await tailboard.cli("post", str(EXAMPLES / "pediatric-cpr.json"))
        await tailboard.watch_until("Message sent")
        assert "CLEAN" in await all_sealed(tailboard)
        await tailboard.end(signal.SIGKILL)
    async with up(folder) as tailboard:
        await tailboard.cli("post", str(EXAMPLES / "pediatric-cpr.json"))
        headers = {"Authorization": f"Bearer {tailboard.key}"}
        async with httpx.AsyncClient(base_url=tailboard.url, headers=headers) as client:
            erased = await client.delete("/v1/roster/members/p-01/contact")
            assert erased.is_success, erased.text
            said = await all_sealed(tailboard)
            assert said.endswith("CLEAN: every sealed event is as it was when it was sealed\n")
            told = (await client.get("/v1/checkpoints")).json()
        assert told["verified"]["clean"] is True
        assert {each["stream"] for each in told["streams"]} >= {"INTAKE", "DISPATCH", "ROSTER"}
        code, said = await cli("export", "--verify-bundle", str(bundle), "--data-dir", str(folder))
        assert code == 0, said
    await elsewhere(bundle, tmp_path)


async def elsewhere(bundle: Path, tmp_path: Path) -> None:
    """The same export with no Tailboard near it, whole and then tampered with."""
    alone = tmp_path / "alone"
    with zipfile.ZipFile(bundle) as packed:
        packed.extractall(alone)
    events = (alone / "events" / "ROSTER.ndjson").read_text()
    assert not re.search(r"@|\+1\d{10}", events), "an address or a number of a phone"
    path = str(only_cryptography(tmp_path / "only"))
    verifier = (sys.executable, "-S", str(alone / "verify.py"))
    code, said = await run(*verifier, PYTHONPATH=path)
    assert (code, said.splitlines()[-1][:6]) == (0, "CLEAN:"), said
    code, _ = await cli("verify", "--export", str(bundle))
    assert code == 0
    first_key = (alone / "public-keys.txt").read_text().split()[0]
    assert (await run(*verifier, "--public-key", first_key, PYTHONPATH=path))[0] == 0
    assert (await run(*verifier, "--public-key", "0" * 64, PYTHONPATH=path))[0] == 1

    file = alone / "events" / "INTAKE.ndjson"
    lines = file.read_text().splitlines(keepends=True)
    told = json.loads(lines[0])
    told["headers"]["ce-actor"] = "somebody:else"
    file.write_text("".join([json.dumps(told) + "\n", *lines[1:]]))
    code, said = await run(*verifier, PYTHONPATH=path)
    assert code == 1
    assert f"FOUND INTAKE: event {told['sequence']} ({told['subject']}) was changed" in said
    assert await run(
        sys.executable, "-S", str(alone / "verify.py"), "nowhere", PYTHONPATH=path
    ) == (
        2,
        "nowhere cannot be read: [Errno 2] No such file or directory: 'nowhere'\n",
    )
