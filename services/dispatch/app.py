"""Dispatch's only wiring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from schemas.subjects import CONTACTS_BUCKET, Stream
from services.dispatch.book import RosterBook
from services.dispatch.carriers.email import SmtpCarrier
from services.dispatch.deliveries import Deliveries
from services.dispatch.edge import replies, reviews, roster
from services.dispatch.links import LinkSigner
from services.dispatch.settings import DispatchSettings
from services.dispatch.subscribers import Subscribers
from services.runtime.auth import secret_of
from services.runtime.bucket import Bucket, JetStreamBucket, MemoryBucket
from services.runtime.host import Service

if TYPE_CHECKING:
    from services.dispatch.carriers.port import Carrier
    from services.runtime.host import Ports


def build(ports: Ports, carrier: Carrier | None = None) -> Service:
    """Dispatch on these ports; tests pass a carrier of their own."""
    settings = (
        ports.settings if isinstance(ports.settings, DispatchSettings) else DispatchSettings()
    )
    contacts: Bucket = (
        JetStreamBucket(ports.client, CONTACTS_BUCKET) if ports.client else MemoryBucket()
    )
    secret = settings.link_secret
    signer = LinkSigner(
        secret.get_secret_value() if secret else secret_of(settings.data_dir / "link-secret")
    )
    book = RosterBook(ports.journal)
    deliveries = Deliveries(
        ports, carrier or smtp(settings), contacts, signer, settings.send_seconds
    )
    router = APIRouter()
    router.include_router(replies.routes(replies.Replies(ports, signer)))
    router.include_router(reviews.routes(reviews.Reviews(ports, signer)))
    router.include_router(roster.routes(roster.RosterEdge(ports, book, contacts)))
    return Service(
        name="dispatch",
        router=router,
        listeners=(*Subscribers(ports, book).listeners(), *deliveries.listeners()),
        owned=(Stream.DISPATCH, Stream.ROSTER),
        background=(book.keep,),
    )


def smtp(settings: DispatchSettings) -> SmtpCarrier:
    """The mail carrier of these settings."""
    password = settings.smtp_password
    return SmtpCarrier(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.mail_from,
        seconds=settings.send_seconds,
        username=settings.smtp_user,
        password=password.get_secret_value() if password else None,
        start_tls=settings.smtp_start_tls,
    )
