"""Writes an export that anybody can verify: events, checkpoints, public keys and the verifier."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.subjects import Stream
from services.audit.verification.verifier import Stored, canonical
from services.audit.verification.verify_bundle import ABOUT, EVENTS, KEPT, OUTSIDE, line_of
from services.audit.verification.verify_streams import kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from services.audit.verification.verifier import Checkpoint
    from services.runtime.ledger import Ledger

_HERE = Path(__file__).parent
_VERIFIER = "services.audit.verification.verifier"


async def export(
    ledger: Ledger,
    outside: Sequence[Checkpoint] | None,
    target: Path,
    now: datetime,
    each: Callable[[], None] = lambda: None,
) -> int:
    """Write the export in one step, for its owner's eyes; how many events. Raises OSError, Transient.

    `outside` is what the file of checkpoints held before; None without one.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    count = 0
    try:
        with (
            os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as packed,
        ):
            checkpoints = await kept(ledger)
            _write_about(packed, checkpoints, outside)
            for stream in Stream:
                name = stream.jetstream_name
                with packed.open(f"{EVENTS}/{name}.ndjson", "w", force_zip64=True) as lines:
                    async for raw in ledger.events(stream, 0):
                        lines.write(f"{line_of(Stored(*raw))}\n".encode())
                        count += 1
                        each()
            about = {"exported_at": now.isoformat(), "events": count}
            about |= {"streams": [stream.jetstream_name for stream in Stream]}
            packed.writestr(ABOUT, json.dumps(about, indent=1))
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return count


def _write_about(
    packed: zipfile.ZipFile,
    checkpoints: Sequence[Checkpoint],
    outside: Sequence[Checkpoint] | None,
) -> None:
    packed.writestr("README.txt", (_HERE / "bundle_readme.txt").read_text())
    packed.writestr("verifier.py", (_HERE / "verifier.py").read_text())
    reading = (
        (_HERE / "verify_bundle.py").read_text().replace(f"from {_VERIFIER} ", "from verifier ")
    )
    packed.writestr("verify.py", reading)
    keys = [each["public_key"] for each in checkpoints if "public_key" in each]
    packed.writestr("public-keys.txt", "".join(f"{key}\n" for key in keys))
    packed.writestr(KEPT, _lines(checkpoints))
    if outside is not None:
        packed.writestr(OUTSIDE, _lines(outside))


def _lines(checkpoints: Iterable[Checkpoint]) -> bytes:
    return b"".join(canonical(each) + b"\n" for each in checkpoints)
