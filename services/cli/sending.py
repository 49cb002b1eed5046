"""Sends reports over a few kept-alive connections, in order per incident; what cannot go is kept."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from zlib import crc32

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential_jitter,
)

from services.cli.api import refusal, unreachable
from services.cli.bulk_sending import final_no, post_lines
from services.cli.parcels import Fate, Parcel, Sent
from services.cli.stop import Stop

if TYPE_CHECKING:
    from ssl import SSLContext

    from services.cli.connection import Connection
    from services.cli.spool import Spool

_ATTEMPTS = 4
_PATIENCE_SECONDS = 5.0
_LANE_LENGTH = 64
_BULK_FROM = 16
"""Fewer than this at hand go one by one."""
_LATER = frozenset({408, 425, 429, 502, 503, 504})
_KEY_TROUBLE = frozenset({401, 403})
_backoff = wait_exponential_jitter(multiplier=0.2, max=2, jitter=0.1)


Done = Callable[[int, Sent], None]
"""Told the parcel's number in its input and its end; the ends come in any order."""
Lane = asyncio.Queue[tuple[int, Parcel] | None]


class _NotNow(Exception):
    """The server may take it later. `everything` when that holds for every report."""

    def __init__(self, reason: str, *, after: float = 0.0, everything: bool) -> None:
        super().__init__(reason)
        self.after = after
        self.everything = everything


@dataclass
class Courier:
    """Delivers parcels to one server. Use it for one command: it remembers that a server is away."""

    connection: Connection
    spool: Spool
    concurrency: int = 16
    read_ahead: int = 1
    """Reports read at a time: more is faster, and one is right for a source that may pause."""
    _away: str = ""
    """Why nothing can be sent any more: the rest goes to the spool without trying."""
    _no_bulk: bool = False
    """An older server: it takes one report a request."""
    stopped_at: str = ""
    """Where the first report stood that was not sent any more, after Ctrl-C."""
    _stopping: bool = False
    _held: set[str] = field(default_factory=set)
    """Lanes whose earlier report was kept: their later ones must not overtake it."""

    async def deliver(self, parcels: Iterable[Parcel], done: Done) -> None:
        """Send everything and tell `done` of each. Raises Stop when the key is not accepted."""
        lanes = [Lane(_LANE_LENGTH) for _ in range(self.concurrency)]
        trust = self.connection.trust()
        self._listen()
        try:
            async with asyncio.TaskGroup() as tasks:
                for lane in lanes:
                    tasks.create_task(self._serve(lane, done, trust))
                tasks.create_task(self._feed(parcels, lanes))
        except* Stop as stops:
            raise _first_stop(stops) from None

    def _listen(self) -> None:
        """Ctrl-C ends the reading, and what was read is still sent; once more stops at once."""
        loop = asyncio.get_running_loop()

        def stop() -> None:
            self._stopping = True
            loop.remove_signal_handler(signal.SIGINT)

        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):  # not here
            loop.add_signal_handler(signal.SIGINT, stop)

    async def _feed(self, parcels: Iterable[Parcel], lanes: list[Lane]) -> None:
        """Deal the parcels out; a source that is slow, such as a pipe, holds nothing up."""
        turn = itertools.count()
        items = iter(enumerate(parcels))
        while some := await asyncio.to_thread(list, itertools.islice(items, self.read_ahead)):
            if self._stopping:
                self.stopped_at = some[0][1].place
                break
            for item in some:
                key = item[1].lane_key
                place = crc32(key.encode()) if key else next(turn)
                await lanes[place % len(lanes)].put(item)
        for lane in lanes:
            await lane.put(None)

    async def _serve(self, lane: Lane, done: Done, trust: SSLContext) -> None:
        """One lane has one connection of its own: a shared pool costs more than the requests."""
        batch = await _batch(lane)
        if not batch:
            return
        async with self.connection.async_client(trust) as client:
            while batch:
                sure = await self._in_bulk(client, batch)
                for number, parcel in batch:
                    done(number, sure.get(number) or await self._deliver(client, parcel))
                batch = await _batch(lane)

    async def _in_bulk(
        self, client: httpx.AsyncClient, batch: Sequence[tuple[int, Parcel]]
    ) -> dict[int, Sent]:
        """The ends that one request for all brought; whatever is missing goes one by one."""
        if len(batch) < _BULK_FROM or self._no_bulk or self._away:
            return {}
        if any(
            each.kept or each.form != "native" or each.lane_key in self._held for _, each in batch
        ):
            return {}
        told = await post_lines(client, [(parcel.report, parcel.key) for _, parcel in batch])
        self._no_bulk = told is None
        ends = {}
        for place, result in (told or {}).items():
            number, parcel = batch[place]
            if "case_id" in result:
                answer = result | {"answer": result["status"]}
                ends[number] = Sent(parcel.place, Fate.TAKEN, answers=(answer,))
            elif reason := final_no(result):
                ends[number] = Sent(parcel.place, Fate.REFUSED, reason=reason)
        return ends

    async def _deliver(self, client: httpx.AsyncClient, parcel: Parcel) -> Sent:
        if self._away or parcel.lane_key in self._held:
            return await self._keep(parcel, self._away or "an earlier report of it waits")
        try:
            response = await self._try(client, parcel)
        except _NotNow as trouble:
            if trouble.everything:
                self._away = str(trouble)
            elif parcel.lane_key:
                self._held.add(parcel.lane_key)
            return await self._keep(parcel, str(trouble))
        if parcel.kept:
            return await asyncio.to_thread(self._settle, parcel, response)
        return self._settle(parcel, response)

    async def _try(self, client: httpx.AsyncClient, parcel: Parcel) -> httpx.Response:
        """A few quick attempts. Raises _NotNow after the last."""
        attempts = AsyncRetrying(
            retry=retry_if_exception_type(_NotNow),
            stop=stop_after_attempt(_ATTEMPTS) | stop_before_delay(_PATIENCE_SECONDS),
            wait=_pause,
            reraise=True,
        )
        async for attempt in attempts:
            with attempt:
                return await self._post(client, parcel)
        raise AssertionError("tenacity either returns or raises")

    async def _post(self, client: httpx.AsyncClient, parcel: Parcel) -> httpx.Response:
        try:
            response = await client.post(
                parcel.path,
                content=parcel.content,
                headers={"Content-Type": parcel.content_type, "Idempotency-Key": parcel.key},
            )
        except httpx.TransportError as error:
            raise _NotNow(unreachable(self.connection, error), everything=True) from error
        status = response.status_code
        if status in _LATER:
            after = response.headers.get("Retry-After", "")
            seconds = float(after) if after.isdigit() else 0.0
            why = f"{self.connection.url} answers {status} {HTTPStatus(status).phrase}"
            raise _NotNow(why, after=seconds, everything=True)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _NotNow(f"{self.connection.url} answers {status}", everything=False)
        if response.is_success and _answers(response) is None:
            raise _NotNow(f"{self.connection.url} is not Tailboard", everything=True)
        return response

    def _settle(self, parcel: Parcel, response: httpx.Response) -> Sent:
        """A yes or a final no. A report of the spool is only set aside for what it says itself."""
        from_spool = parcel.kept is not None
        if response.is_success:
            if parcel.kept:
                self.spool.sent(parcel.kept)
            return Sent(parcel.place, Fate.TAKEN, from_spool, _answers(response) or ())
        reason = refusal(response)
        if response.status_code in _KEY_TROUBLE:
            raise Stop(reason)
        if parcel.kept and response.status_code in {400, 413, 422}:
            place = self.spool.refuse(parcel.kept, reason)
            reason = f"{reason} (set aside in {place})"
        return Sent(parcel.place, Fate.REFUSED, from_spool, reason=reason)

    async def _keep(self, parcel: Parcel, reason: str) -> Sent:
        if parcel.kept is None:
            keep = self.spool.keep
            await asyncio.to_thread(
                keep, self.connection.url, parcel.key, parcel.report, parcel.form
            )
        return Sent(parcel.place, Fate.KEPT, parcel.kept is not None, reason=reason)


async def _batch(lane: Lane) -> list[tuple[int, Parcel]]:
    """What a lane has ready, at least one report; none at its end."""
    batch: list[tuple[int, Parcel]] = []
    while not batch or (not lane.empty() and len(batch) < _LANE_LENGTH):
        item = await lane.get()
        if item is None:
            if batch:
                lane.put_nowait(None)
            break
        batch.append(item)
    return batch


def _pause(state: RetryCallState) -> float:
    trouble = state.outcome.exception() if state.outcome else None
    asked = trouble.after if isinstance(trouble, _NotNow) else 0.0
    return max(asked, _backoff(state))


def _answers(response: httpx.Response) -> tuple[dict[str, Any], ...] | None:
    """What became of each report; None when this is no answer of Tailboard's."""
    try:
        told = response.json()
    except ValueError:
        return None
    each = told if isinstance(told, list) else [told]
    good = all(isinstance(one, dict) and "case_id" in one for one in each)
    return tuple(each) if good else None


def _first_stop(stops: BaseExceptionGroup[Stop]) -> Stop:
    first = stops.exceptions[0]
    return first if isinstance(first, Stop) else _first_stop(first)
