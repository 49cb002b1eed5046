"""`tailboard verify`: was anything that is on record changed, taken away, put in or moved."""

import asyncio
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.connection import DataDirOption
from services.cli.record import CheckpointsOption, Record, moving_bar
from services.cli.stop import EXIT_INPUT, EXIT_REFUSED, Stop

if TYPE_CHECKING:
    from services.audit.verification.verify_bundle import Verdict

PublicKeyOption = Annotated[
    str | None,
    typer.Option(
        "--public-key",
        help="The first public key as you noted it elsewhere: 64 letters, or a file that begins "
        "with them. By default the one in the data folder.",
        metavar="KEY",
    ),
]


def verify(
    *,
    bundle: Annotated[
        Path | None,
        typer.Option("--export", help="An export, instead of the streams.", metavar="BUNDLE"),
    ] = None,
    public_key: PublicKeyOption = None,
    checkpoints: CheckpointsOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON.")] = False,
    data_dir: DataDirOption = None,
) -> None:
    """Recompute the chains of all streams and compare them with the signed checkpoints.

    Reads the streams themselves, not what Tailboard's pages show. What came after the newest
    checkpoint is counted, and not proven yet.

    Exit codes: 0 clean, 1 something was found, 2 it cannot be read.

    Examples:

      tailboard verify

      tailboard verify --checkpoints /mnt/other-disk/tailboard --public-key key-of-2026.txt

      tailboard verify --export record-2026.zip
    """
    key = _key(public_key)
    verdict = _of_bundle(bundle, key) if bundle else _of_streams(data_dir, checkpoints, key)
    print(json.dumps(_told(verdict), indent=2) if as_json else verdict.screen())
    raise typer.Exit(0 if verdict.is_clean else EXIT_REFUSED)


def _of_bundle(path: Path, key: str) -> "Verdict":
    import zipfile

    from services.audit.verification import verify_bundle

    try:
        total = verify_bundle.events_in(path)
        with moving_bar("verifying", total) as one_more:
            return verify_bundle.verify(path, key, one_more)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise Stop(f"{path} cannot be read as an export: {error}", EXIT_INPUT) from error


def _of_streams(data_dir: Path | None, checkpoints: Path | None, key: str) -> "Verdict":
    from services.audit.verification import verified
    from services.audit.verification.verify_streams import verify_streams
    from services.runtime.clock import clock_of

    record = Record.of(data_dir, checkpoints)

    async def work() -> "Verdict":
        outside = record.outside()
        async with record.ledger() as ledger:
            with moving_bar("verifying", await ledger.events_in_all()) as one_more:
                return await verify_streams(ledger, outside, key or record.first_key(), one_more)

    verdict = asyncio.run(work())
    try:
        verified.keep(record.folder, verified.of(verdict, clock_of(record.folder).now()))
    except OSError as error:
        raise Stop(f"the result cannot be noted in {record.folder}: {error.strerror}") from error
    return verdict


def _key(given: str | None) -> str:
    """The key that was typed, or that a file begins with. Raises Stop 2."""
    if given is None:
        return ""
    path = Path(given)
    text = next(iter(path.read_text(errors="replace").split()), "") if path.is_file() else given
    if not re.fullmatch(r"[0-9a-f]{64}", text.strip()):
        raise Stop("--public-key: give 64 hexadecimal letters, or a file with them", EXIT_INPUT)
    return text.strip()


def _told(verdict: "Verdict") -> dict[str, Any]:
    found = [*verdict.findings, *(each for told in verdict.told for each in told.findings)]
    return {
        "clean": verdict.is_clean,
        "first_key": verdict.key,
        "streams": [
            {
                "stream": each.stream,
                "events": each.events,
                "sealed": each.sealed,
                "checkpoints": each.checkpoints,
                "last_sealed_at": each.last_at or None,
            }
            for each in verdict.told
        ],
        "found": [each._asdict() for each in found],
    }
