"""`tailboard views`: how far the views have read the streams, and building them anew."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.connection import DataDirOption
from services.cli.record import Record, moving_bar
from services.cli.stop import EXIT_INPUT, Stop

if TYPE_CHECKING:
    from services.audit.homes import Home
    from services.audit.rebuild import Rebuilt

app = typer.Typer(
    name="views",
    help="What the console and the reports read; built from the streams, at any time.",
    no_args_is_help=True,
)
ViewsOption = Annotated[
    str | None,
    typer.Option(
        "--views-url",
        envvar="TAILBOARD_VIEWS_URL",
        help="Where the views are, if not in the data folder: a URL of SQLite or PostgreSQL.",
        metavar="URL",
    ),
]
_UNITS = ("B", "kB", "MB", "GB", "TB")


@app.command("status")
def status(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
    views_url: ViewsOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show where the views are, their version and size, and how far behind the streams they are.

    Examples:

      tailboard views status

      tailboard views status --views-url postgresql+psycopg://tailboard@db/tailboard
    """
    record = Record.of(data_dir, None)
    told = asyncio.run(_status(record, _url(record, views_url)))
    print(json.dumps(told, indent=2)) if as_json else _show(told)


@app.command("rebuild")
def rebuild(*, views_url: ViewsOption = None, data_dir: DataDirOption = None) -> None:
    """Build the views anew from the streams, beside those that answer, and put them in their place.

    Tailboard may go on running. After an update, run it with the new version before you restart: the
    old version goes on answering from its own views meanwhile.

    Example:

      tailboard views rebuild
    """
    from time import perf_counter

    record = Record.of(data_dir, None)
    began = perf_counter()
    told = asyncio.run(_rebuild(record, _url(record, views_url)))
    took = perf_counter() - began
    pace = f"{told.events:,} events in {took:.1f} s"
    print(f"the views are built anew: {pace}")
    if told.unreadable:
        print(f"{told.unreadable} events are of a newer Tailboard and left out")


@app.command("drop-old")
def drop_old(*, views_url: ViewsOption = None, data_dir: DataDirOption = None) -> None:
    """Delete the views of earlier versions. A Tailboard of such a version can build them again.

    Example:

      tailboard views drop-old
    """
    from services.audit import homes

    record = Record.of(data_dir, None)
    url = _url(record, views_url)
    with _explained(url):
        old = homes.outdated(url)
        for home in old:
            size = _bytes(home.size())
            home.erase()
            print(f"dropped {home.name} ({size})")
    if not old:
        print("no views of earlier versions")


async def _status(record: Record, url: str) -> dict[str, Any]:
    from schemas.subjects import Stream
    from services.audit import dialects, homes, tables
    from services.audit.store import Store
    from services.runtime.errors import Transient

    home = homes.current(url)
    async with record.ledger() as ledger:
        newest = {stream: await ledger.newest(stream) for stream in Stream}
    at: dict[str, int] = {}
    filled = None
    with _explained(url):
        known = homes.found(url)
        if home in known:
            store = Store(url)
            try:
                at, filled = await store.positions(), await store.filled_at()
            except Transient as away:
                raise Stop(str(away)) from away
            finally:
                await store.close()
        sizes = {each: each.size() for each in known}
    return {
        "where": home.name if dialects.is_file(url) else f"{dialects.shown(url)} ({home.name})",
        "version": tables.VERSION,
        "name": home.name,
        "bytes": sizes.get(home, 0),
        "filled_at": filled.isoformat() if filled else None,
        "streams": [
            {
                "stream": stream.value,
                "position": at.get(stream.value, 0),
                "newest": last,
                "lag": max(0, last - at.get(stream.value, 0)),
            }
            for stream, last in newest.items()
        ],
        "others": [_other(each, size) for each, size in sizes.items() if each != home],
    }


def _other(home: "Home", size: int) -> dict[str, Any]:
    return {"name": home.name, "version": home.version, "bytes": size, "next": home.is_next}


async def _rebuild(record: Record, url: str) -> "Rebuilt":
    from services.audit.rebuild import rebuild as build_anew
    from services.runtime.clock import clock_of

    now = clock_of(record.folder).now()
    async with record.ledger() as ledger:
        total = await ledger.events_in_all()
        with _explained(url), moving_bar("rebuilding", total) as one_more:
            return await build_anew(ledger, url, now, one_more)


def _url(record: Record, given: str | None) -> str:
    from services.audit.dialects import checked

    try:
        return checked(given or f"sqlite:///{record.folder / 'audit.sqlite3'}")
    except ValueError as wrong:
        raise Stop(f"--views-url: {wrong}", EXIT_INPUT) from wrong


@contextmanager
def _explained(url: str) -> Iterator[None]:
    from sqlalchemy.exc import DBAPIError

    from services.audit.dialects import shown

    try:
        yield
    except DBAPIError as error:
        line = next(iter(str(error.orig).splitlines()), type(error.orig).__name__)
        raise Stop(f"the views at {shown(url)} cannot be reached: {line}") from error


def _show(told: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    filled = told["filled_at"]
    since = f"since {filled}" if filled else "not caught up yet"
    console.print(f"version {told['version']}, {_bytes(told['bytes'])}, {since}", highlight=False)
    console.print(told["where"], highlight=False, soft_wrap=True)
    table = Table("stream", "read up to", "newest", "behind", box=None)
    for name in ("read up to", "newest", "behind"):
        next(c for c in table.columns if c.header == name).justify = "right"
    for each in told["streams"]:
        table.add_row(each["stream"], *(f"{each[n]:,}" for n in ("position", "newest", "lag")))
    console.print(table)
    for each in told["others"]:
        what = "being filled" if each["next"] else f"version {each['version']}"
        console.print(f"also {each['name']}: {what}, {_bytes(each['bytes'])}", soft_wrap=True)
    if any(not each["next"] for each in told["others"]):
        console.print("`tailboard views drop-old` deletes those of earlier versions.")


def _bytes(count: float) -> str:
    for unit in _UNITS:
        if count < 1000 or unit == _UNITS[-1]:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    raise AssertionError("a unit is found above")
