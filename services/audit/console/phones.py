"""The demo's phones: what each one received by mail and by text, read from the demo's Maildir."""

from __future__ import annotations

import email
import email.policy
import heapq
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_NEWEST = 200


@dataclass(frozen=True, slots=True)
class Received:
    """One message as a phone shows it."""

    to: str
    at: datetime
    subject: str
    text: str
    is_text: bool = False
    """Came as a text message, and not by mail."""


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone with its messages, newest first."""

    to: str
    messages: tuple[Received, ...]


def phones(folder: Path) -> tuple[Phone, ...]:
    """The newest 200 messages by phone; the phone that rang last comes first. Blocks on disk."""
    kept = [path for part in ("new", "cur") for path in (folder / part).glob("*")]
    newest = heapq.nlargest(_NEWEST, ((_time(path), path) for path in kept))
    received = [_read(path, at) for at, path in newest]
    by_phone = sorted(received, key=lambda one: (one.to, -one.at.timestamp()))
    grouped = [Phone(to, tuple(each)) for to, each in groupby(by_phone, attrgetter("to"))]
    return tuple(sorted(grouped, key=lambda phone: phone.messages[0].at, reverse=True))


def _time(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _read(path: Path, at: datetime) -> Received:
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = mail.get_body(("plain",))
    text = str(body.get_content()).strip() if body else ""
    to, subject = str(mail["To"] or "unknown"), str(mail["Subject"] or "(no subject)")
    return Received(to, at, subject, text, is_text=mail["X-Tailboard-Channel"] == "sms")
