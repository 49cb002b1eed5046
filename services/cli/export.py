"""`tailboard export`: the record as a file that others can verify without Tailboard."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from services.cli.connection import DataDirOption
from services.cli.record import CheckpointsOption, Record, moving_bar
from services.cli.stop import EXIT_INPUT, Stop


def export(
    *,
    verify_bundle: Annotated[
        Path, typer.Option("--verify-bundle", help="The zip file to write.", metavar="FILE")
    ],
    force: Annotated[
        bool, typer.Option("--force", help="Write over a file that is there.")
    ] = False,
    checkpoints: CheckpointsOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Write all events, the checkpoints, the public keys and a verifier into one zip file.

    Whoever gets it needs Python and its library `cryptography`, and no Tailboard. It holds no names
    and no numbers of telephones, but who of the team was asked when: keep it as you keep the record.

    Examples:

      tailboard export --verify-bundle record-2026.zip

      unzip record-2026.zip -d record && python record/verify.py
    """
    from services.audit.verification.bundle import export as write
    from services.runtime.clock import SystemClock

    if verify_bundle.exists() and not force:
        raise Stop(f"{verify_bundle} is there already: name another, or use --force", EXIT_INPUT)
    if not verify_bundle.absolute().parent.is_dir():
        raise Stop(f"the folder of {verify_bundle} is not there", EXIT_INPUT)
    record = Record.of(data_dir, checkpoints)

    async def work() -> int:
        outside, now = record.outside(), SystemClock().now()
        async with record.ledger() as ledger:
            with moving_bar("exporting", await ledger.events_in_all()) as one_more:
                return await write(ledger, outside, verify_bundle, now, one_more)

    try:
        count = asyncio.run(work())
    except OSError as error:
        raise Stop(f"{verify_bundle} cannot be written: {error.strerror}") from error
    print(
        f"{count:,} events in {verify_bundle}; verify it with: tailboard verify --export {verify_bundle}"
    )
