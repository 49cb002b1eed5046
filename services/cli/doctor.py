"""`tailboard doctor`: is everything that the other commands need in order, and if not, what to do."""

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import typer
from platformdirs import user_data_path

from services.cli.connection import (
    Connection,
    DataDirOption,
    KeyOption,
    SpoolOption,
    UrlOption,
    connection,
    spool_folder,
)
from services.cli.doctor_finding import Finding
from services.cli.doctor_reach import reach
from services.cli.stop import EXIT_REFUSED, Stop

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

_FAILING_IN_A_ROW = 3
"""One or two may be an address's; so many are the carrier's."""
_CLOCK_SECONDS = 5.0
"""Further apart than this, times in reports and on the console stop agreeing."""


def doctor(
    *,
    spool_dir: SpoolOption = None,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Say in one screen whether an incident posted now would reach people, and what to do if not.

    It looks at the connection, the key, the streams, the carriers, the record, what is overdue, the team
    that can be asked, what lapses, gaps on call, dead letters, the disk, both clocks and the spool.

    Exit codes: 0 all good, 1 something is not. What is marked "soon" is not wrong yet.

    Example:

      tailboard doctor
    """
    findings = [
        *_connection(url, key, data_dir),
        _spool(spool_folder(spool_dir)),
    ]
    for found in findings:
        print(f"{found.mark} {found.name:<11} {found.what}")
        if found.remedy and found.mark != "ok  ":
            print(f"     {'':<11} -> {found.remedy}")
    raise typer.Exit(0 if all(found.good for found in findings) else EXIT_REFUSED)


def _connection(url: str | None, key: str | None, data_dir: "Path | None") -> Iterator[Finding]:
    try:
        where = connection(url, key, data_dir)
    except Stop as stop:
        yield Finding("connection", good=False, what="none", remedy=str(stop))
        return
    folder = data_dir or user_data_path("tailboard")
    yield from _server(where, None if where.trust_env else folder)


def _server(where: Connection, folder: "Path | None") -> Iterator[Finding]:
    import httpx

    from services.cli.api import refusal, unreachable

    try:
        with where.client() as client:
            health = client.get("/healthz")
            page = client.get("/v1/cases", params={"limit": 1})
            carriers = client.get("/v1/carriers")
            seals = client.get("/v1/checkpoints")
            watch = client.get("/v1/watchdog")
            found = [*reach(client, folder)] if page.is_success else []
    except httpx.TransportError as error:
        remedy = "start it with `tailboard up`, or set TAILBOARD_URL to where it runs"
        yield Finding("connection", good=False, what=unreachable(where, error), remedy=remedy)
        return
    yield Finding("connection", good=True, what=where.url)
    yield Finding(
        "key",
        good=page.is_success,
        what="accepted" if page.is_success else refusal(page),
        remedy="`tailboard up` prints the key; set TAILBOARD_API_KEY to it",
    )
    yield _streams(health)
    yield from _carriers(carriers)
    yield from _record(seals)
    yield from _overdue(watch)
    yield from found
    yield _clock(health)


def _streams(health: "httpx.Response") -> Finding:
    try:
        told = health.json().get("streams", {})
    except (ValueError, AttributeError):
        told = {}
    cut_off = sorted(name for name, good in told.items() if not good)
    return Finding(
        "streams",
        good=health.is_success,
        what=f"{len(told) - len(cut_off)} of {len(told)} services reach them",
        remedy=f"{', '.join(cut_off) or 'the server'} has lost NATS: look at its log",
    )


def _overdue(answer: "httpx.Response") -> Iterator[Finding]:
    """What should have happened by itself: nothing is ever overdue for long, or something is stuck."""
    if not answer.is_success:
        return
    told = answer.json()
    stuck = told["stuck"]
    first = f", such as: {stuck[0]['what']} (case {stuck[0]['case_id'][:8]})" if stuck else ""
    looked = told["looked_at"] is not None
    good = told["clean"] or not looked  # it looks for the first time after a few seconds
    yield Finding(
        "overdue",
        good=good,
        what=f"{told['overdue']} things{first}" if looked else "not looked yet",
        remedy="look at the log of the service and at `tailboard deadletters list`",
    )


def _carriers(answer: "httpx.Response") -> Iterator[Finding]:
    """Nothing when the key may not see them, or dispatch runs elsewhere."""
    if not answer.is_success:
        return
    rows = answer.json().get("carriers", [])
    failing = [
        f"{row['channel']} ({row['health']['last_failure']})"
        for row in rows
        if row["health"]["failing"] >= _FAILING_IN_A_ROW
    ]
    named = ", ".join(row["channel"] for row in rows)
    yield Finding(
        "carriers",
        good=not failing,
        what=f"failing: {', '.join(failing)}" if failing else named,
        remedy="look at the provider, then try `tailboard carriers check`",
    )


def _record(answer: "httpx.Response") -> Iterator[Finding]:
    """Nothing when the key may not see it, or audit runs elsewhere."""
    if not answer.is_success:
        return
    told = answer.json()
    verified = told.get("verified")
    if told.get("blocked"):
        yield Finding("record", good=False, what="not sealed any more", remedy=told["blocked"])
    elif verified is None:
        yield Finding("record", good=True, what="not verified yet: `tailboard verify` does it now")
    else:
        newest = verified["checkpoint_at"] or verified["at"]
        apart = datetime.fromisoformat(told["as_of"]) - datetime.fromisoformat(newest)
        hours = int(apart.total_seconds() // 3600)
        yield Finding(
            "record",
            good=verified["clean"],
            what=f"{'clean' if verified['clean'] else 'NOT clean'}; the newest checkpoint that was "
            f"verified is {f'{hours} h' if hours > 0 else 'less than an hour'} old",
            remedy="run `tailboard verify` and read what it found",
        )


def _clock(health: "httpx.Response") -> Finding:
    from services.runtime.clock import SystemClock

    here: datetime = SystemClock().now()
    try:
        there = parsedate_to_datetime(health.headers.get("Date", ""))
    except ValueError:
        return Finding("clock", good=True, what="the server does not say its time")
    apart = abs((here - there).total_seconds())
    return Finding(
        "clock",
        good=apart <= _CLOCK_SECONDS,
        what=f"{apart:.0f} s between this machine and the server",
        remedy="set both by NTP (`timedatectl set-ntp true`)",
    )


def _spool(folder: "Path") -> Finding:
    from services.cli.spool import Spool

    spool = Spool(folder)
    waiting = sum(1 for _ in spool.waiting())
    refused = sum(1 for _ in spool.refused.glob("*.json"))
    remedies = ["send them with `tailboard spool send`"] if waiting else []
    if refused:
        remedies.append(f"read the reasons in {spool.refused}, post again, and delete the files")
    return Finding(
        "spool",
        good=not waiting and not refused,
        what=f"{waiting} waiting, {refused} refused, in {folder}",
        remedy="; ".join(remedies),
    )
