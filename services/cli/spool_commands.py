"""`tailboard spool`: look at what waits, by id and age only, and send it."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.connection import (
    DataDirOption,
    KeyOption,
    SpoolOption,
    UrlOption,
    connection,
    spool_folder,
)

if TYPE_CHECKING:
    from pathlib import Path

    from services.cli.connection import Connection
    from services.cli.post_tally import Tally

app = typer.Typer(
    name="spool", help="Reports that wait until the server can be reached.", no_args_is_help=True
)


@app.command("list")
def list_waiting(*, spool_dir: SpoolOption = None) -> None:
    """Show what waits: ids, ages and servers, never what a report says.

    Example:

      tailboard spool list
    """
    from rich.console import Console
    from rich.table import Table

    from services.cli.spool import Damaged, Spool
    from services.cli.times import ago
    from services.runtime.clock import SystemClock

    spool = Spool(spool_folder(spool_dir))
    waiting = list(spool.waiting())
    refused = sum(1 for _ in spool.refused.glob("*.json"))
    table = Table("id", "age", "for", title=f"{len(waiting)} waiting in {spool.folder}")
    for kept in waiting:
        if isinstance(kept, Damaged):
            table.add_row(kept.path.stem, "", "cannot be read")
        else:
            table.add_row(kept.id, ago(kept.at, SystemClock().now()), kept.url)
    if waiting:
        Console().print(table)
    else:
        print(f"nothing waits in {spool.folder}")
    if refused:
        print(f"{refused} refused by the server, with the reason: {spool.refused}")


@app.command("send")
def send(
    *,
    follow: Annotated[
        bool, typer.Option("--follow", help="Keep trying, less and less often, until it is empty.")
    ] = False,
    any_address: Annotated[
        bool, typer.Option("--any-address", help="Also what was meant for another address.")
    ] = False,
    spool_dir: SpoolOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Send what waits. Each report keeps its idempotency key, so none can make a second case.

    Exit codes: 0 all sent, 1 some refused, 75 some still wait.

    Examples:

      tailboard spool send

      tailboard spool send --follow
    """
    where, folder = connection(url, key, data_dir), spool_folder(spool_dir)
    tally = (
        _until_empty(where, folder, any_address) if follow else _once(where, folder, any_address)
    )
    raise typer.Exit(tally.exit_code())


def _once(where: "Connection", folder: "Path", any_address: bool) -> "Tally":
    from services.cli.delivery import deliver
    from services.cli.parcels import Fate
    from services.cli.post_tally import Tally, counted, say
    from services.cli.sending import Courier
    from services.cli.spool import Spool

    tally = Tally()
    asyncio.run(deliver(Courier(where, Spool(folder)), tally, any_address=any_address))
    for problem in tally.problems:
        say(f"{problem.place}: {problem.reason}")
    print(f"{counted(tally.from_spool[Fate.TAKEN], 'report')} sent to {where.url}")
    if still := tally.from_spool[Fate.KEPT]:
        say(f"{tally.kept_because} {counted(still, 'report')} still in {folder}.")
    return tally


def _until_empty(where: "Connection", folder: "Path", any_address: bool) -> "Tally":
    from tenacity import Retrying, retry_if_result, wait_exponential_jitter

    from services.cli.parcels import Fate

    def still_waiting(tally: "Tally") -> bool:
        return bool(tally.from_spool[Fate.KEPT])

    again = Retrying(retry=retry_if_result(still_waiting), wait=wait_exponential_jitter(max=60))
    return again(_once, where, folder, any_address)
