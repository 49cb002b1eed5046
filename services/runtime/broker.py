"""FastStream's broker with our rules: nothing is dropped, trouble is retried or kept as a letter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from faststream import AckPolicy
from faststream.exceptions import NackMessage, RejectMessage
from faststream.nats import JStream, NatsBroker, NatsResponse, PullSub
from faststream.security import SASLPlaintext
from nats.js.api import ConsumerConfig
from structlog.contextvars import bound_contextvars

from schemas.catalogue import CATALOGUE, decode
from schemas.envelope import Event, Recorded, TimerDue
from schemas.subjects import DEADLETTER_STREAM, parse_event_subject
from services.runtime.errors import Conflict, Poison, Transient
from services.runtime.listeners import Listener, Question, Responder, on_due, on_event
from services.runtime.rights import inbox_prefix
from services.runtime.shortcuts import Shortcuts
from services.runtime.telemetry import DEAD_LETTERS, HANDLED, log
from services.runtime.timers import decode_due

if TYPE_CHECKING:
    from collections.abc import Sequence

    from faststream.nats import NatsMessage

    from schemas.subjects import Stream
    from services.runtime.settings import RuntimeSettings

__all__ = ["Listener", "Listening", "Question", "Responder", "make_broker", "on_due", "on_event"]

_FETCH_SECONDS = 2.0
_BATCH = 32
_FIRST_RETRY_SECONDS = 0.25
_LONGEST_RETRY_SECONDS = 30.0
_GIVE_UP_AFTER = 12
"""Deliveries of a message that keeps failing for no known reason: about three minutes."""
_SUBJECT, _REASON, _SEQUENCE = "tailboard-subject", "tailboard-reason", "tailboard-sequence"


def make_broker(settings: RuntimeSettings, service: str) -> NatsBroker:
    """A broker that reconnects for ever and never drops a message after an error."""
    security = None
    if settings.nats_user and settings.nats_password:
        password = settings.nats_password.get_secret_value()
        security = SASLPlaintext(settings.nats_user, password, use_ssl=False)
    return NatsBroker(
        settings.nats_url,
        name=f"tailboard-{service}",
        max_reconnect_attempts=-1,
        reconnect_time_wait=0.25,  # type: ignore[arg-type] # the client takes fractions
        connect_timeout=5,
        drain_timeout=2,
        error_cb=_on_connection_error,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        apply_types=False,
        logger=None,
        inbox_prefix=inbox_prefix(service),
        description=f"Events that {service} records and reacts to (CloudEvents 1.0, binary mode).",
        security=security,
    )


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as it came, undecoded, with how often it was handed out."""

    subject: str
    headers: dict[str, str]
    body: bytes
    sequence: int
    deliveries: int


@dataclass
class Listening:
    """A service's listeners on its broker, with the way back for what it once gave up on."""

    broker: NatsBroker
    service: str
    ack_wait: float
    shortcuts: Shortcuts = field(default_factory=Shortcuts)
    listeners: dict[str, Listener] = field(default_factory=dict)

    def attach(self, listeners: Sequence[Listener], owned: Sequence[Stream]) -> None:
        """Subscribe the listeners and the replays; declare the owned events for AsyncAPI."""
        for listener in listeners:
            self.listeners[listener.name] = listener
            self._subscribe(listener)
            if listener.prompt and issubclass(listener.payload, Event):
                react, most = listener.react, listener.workers
                self.shortcuts.open(listener.name, listener.payload, react, most)
        self._subscribe_replay()
        for row in (row for row in CATALOGUE if row.stream in owned):
            self.broker.publisher(
                f"{row.stream}.{{agency}}.{row.stream.noun}.{{id}}.{row.model.NAME}",
                title=f"{row.stream}.{row.model.NAME}",
                schema=row.model,
                description=(row.model.__doc__ or "").strip(),
            )

    def _subscribe(self, listener: Listener) -> None:
        async def consume(arrival: Any) -> None:
            await self._settle(listener, arrival)

        consume.__annotations__["arrival"] = listener.payload
        options: dict[str, Any] = {"max_workers": listener.workers} if listener.workers > 1 else {}
        self.broker.subscriber(
            listener.subject,
            stream=JStream(listener.stream.jetstream_name, declare=False),
            durable=listener.name,
            pull_sub=PullSub(batch_size=1 if listener.prompt else _BATCH, timeout=_FETCH_SECONDS),
            config=ConsumerConfig(ack_wait=self.ack_wait, max_deliver=-1),
            decoder=_arrival,
            inbox_prefix=_inbox(self.service),
            title=listener.name,
            description=(listener.react.__doc__ or "").strip(),
            **options,
        )(consume)

    def respond(self, responders: Sequence[Responder]) -> None:
        """Answer requests; nothing of them is kept, so a lost one is the asker's to repeat."""
        for responder in responders:
            self._respond(responder)

    def _respond(self, responder: Responder) -> None:
        async def answer(question: Question) -> NatsResponse:
            body, headers = await responder.answer(question)
            return NatsResponse(body, headers=headers)

        self.broker.subscriber(
            responder.subject,
            queue=responder.name,
            max_workers=responder.workers,
            decoder=_question,
            title=responder.name,
            description=(responder.answer.__doc__ or "").strip(),
        )(answer)

    def _subscribe_replay(self) -> None:
        async def consume(arrival: Arrival) -> None:
            listener = self.listeners.get(arrival.subject.rpartition(".")[2])
            if listener is None:
                raise RejectMessage
            await self._settle(listener, _original(arrival))

        self.broker.subscriber(
            f"replay.{self.service}.*",
            stream=JStream(DEADLETTER_STREAM, declare=False),
            durable=f"{self.service}-replay",
            pull_sub=PullSub(batch_size=1, timeout=_FETCH_SECONDS),
            config=ConsumerConfig(ack_wait=self.ack_wait, max_deliver=-1),
            decoder=_arrival,
            inbox_prefix=_inbox(self.service),
            include_in_schema=False,
        )(consume)

    async def _settle(self, listener: Listener, arrival: Arrival) -> None:
        """The one place where an error becomes ack, a later try, or a dead letter."""
        with bound_contextvars(
            listener=listener.name,
            sequence=arrival.sequence,
            trace=arrival.headers.get("traceparent", ""),
        ):
            try:
                await self._react(listener, arrival)
            except (Conflict, Transient) as trouble:
                wait = getattr(trouble, "retry_after", 0.0) or _backoff(arrival.deliveries)
                log.warning("handled_later", reason=str(trouble), seconds=wait)
                HANDLED.labels(listener.name, "later").inc()
                raise NackMessage(delay=wait) from trouble
            except (Poison, ValueError, KeyError) as poison:
                await self._bury(listener, arrival, f"{type(poison).__name__}: {poison}")
            except Exception as bug:  # noqa: BLE001 - whatever it is, the message is kept
                await self._retry_or_bury(listener, arrival, bug)
            else:
                HANDLED.labels(listener.name, "done").inc()

    async def _react(self, listener: Listener, arrival: Arrival) -> None:
        async def react() -> None:
            await listener.react(_decoded(arrival))

        if listener.prompt:
            await self.shortcuts.once((listener.name, arrival.sequence), react)
        else:
            await react()

    async def _retry_or_bury(self, listener: Listener, arrival: Arrival, bug: Exception) -> None:
        log.exception("handling_failed", deliveries=arrival.deliveries)
        HANDLED.labels(listener.name, "failed").inc()
        if arrival.deliveries < _GIVE_UP_AFTER:
            raise NackMessage(delay=_backoff(arrival.deliveries)) from bug
        await self._bury(listener, arrival, f"{type(bug).__name__} {_GIVE_UP_AFTER} times")

    async def _bury(self, listener: Listener, arrival: Arrival, reason: str) -> None:
        """Keep the message as a dead letter, and only then let go of it."""
        headers = {k: v for k, v in arrival.headers.items() if not k.startswith("Nats-")}
        headers |= {
            _SUBJECT: arrival.subject,
            _SEQUENCE: str(arrival.sequence),
            _REASON: " ".join(reason.split())[:300],
        }
        try:
            await self.broker.publish(
                arrival.body,
                f"deadletter.{self.service}.{listener.name}",
                stream=DEADLETTER_STREAM,
                headers=headers,
            )
        except Exception as trouble:
            raise NackMessage(delay=_backoff(arrival.deliveries)) from trouble
        log.error("dead_letter", reason=reason)
        DEAD_LETTERS.labels(listener.name).inc()
        raise RejectMessage


async def _on_connection_error(error: Exception) -> None:
    log.warning("connection", reason=f"{type(error).__name__}: {error}")


def _inbox(service: str) -> bytes:
    return f"{inbox_prefix(service)}.".encode()


async def _arrival(message: NatsMessage) -> Arrival:
    metadata = message.raw_message.metadata
    return Arrival(
        subject=message.raw_message.subject,
        headers=dict(message.headers),
        body=bytes(message.body),
        sequence=metadata.sequence.stream,
        deliveries=metadata.num_delivered or 1,
    )


async def _question(message: NatsMessage) -> Question:
    headers = {name.lower(): value for name, value in message.headers.items()}
    return Question(message.raw_message.subject, headers, bytes(message.body))


def _original(arrival: Arrival) -> Arrival:
    """The message that a dead letter was made of."""
    headers = dict(arrival.headers)
    subject, sequence = headers.pop(_SUBJECT), int(headers.pop(_SEQUENCE))
    return Arrival(subject, headers, arrival.body, sequence, arrival.deliveries)


def _decoded(arrival: Arrival) -> Recorded[Event] | TimerDue:
    if ".due." in arrival.subject:
        return decode_due(arrival.subject, arrival.headers, arrival.body)
    entity, _name = parse_event_subject(arrival.subject)
    meta, event = decode(arrival.headers, arrival.body)
    return Recorded(entity, meta, event, arrival.sequence)


def _backoff(deliveries: int) -> float:
    return float(min(_FIRST_RETRY_SECONDS * 2 ** (deliveries - 1), _LONGEST_RETRY_SECONDS))
