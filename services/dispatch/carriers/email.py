"""SMTP: one message at a time on a connection, each step telling whether it may have gone out."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import TYPE_CHECKING, Literal

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from schemas.deliveries import FIRST_CHANNEL
from schemas.dispatch import Failure
from services.dispatch.carriers.invitations import calendar_of
from services.dispatch.carriers.mail_connections import KeptConnections
from services.dispatch.carriers.port import NotDelivered

if TYPE_CHECKING:
    from services.dispatch.carriers.port import Contact, Invitation, PhoneMessage

_ONE_LINE = re.compile(r"[\x20-\x7e]{1,78}")
_SHORT_LINES = re.compile(r"(?:[\x20-\x7e]{0,900}\n)+")
_STALE_SECONDS = 2.0
"""A kept connection whose other end has gone without a word is given up after so long."""


@dataclass(frozen=True, slots=True)
class SmtpCarrier:
    """Mail, and through mail-to-text gateways most phones. `seconds` bounds a whole attempt."""

    host: str
    port: int
    sender: str
    seconds: float
    username: str | None = None
    password: str | None = None
    start_tls: bool | None = None
    channel: str = FIRST_CHANNEL
    form: Literal["mail"] = "mail"
    kept: KeptConnections = field(default_factory=lambda: KeptConnections(0), compare=False)

    def reaches(self, contact: Contact) -> bool:
        """See Carrier.reaches."""
        return bool(contact.email)

    async def probe(self) -> None:
        """See Carrier.probe: as far as the greeting, TLS and the log-in."""
        client = self._client()
        try:
            async with asyncio.timeout(self.seconds):
                await client.connect()
        except (SMTPException, OSError, TimeoutError) as error:
            raise NotDelivered(_kind(error), f"refused ({type(error).__name__})") from error
        finally:
            client.close()

    async def send(self, message: PhoneMessage, contact: Contact) -> None:
        """See Carrier.send."""
        if not contact.email:
            raise NotDelivered(Failure.PERMANENT, "no mail address is on file")
        try:
            mail = _plain(message, self.sender, contact.email)
            mail = mail or _mail(message, self.sender, contact.email).as_bytes()
            contact.email.encode("ascii")
        except ValueError as unusable:
            raise NotDelivered(Failure.PERMANENT, "the address cannot be used") from unusable
        client = await self._introduced(contact.email)
        try:
            await self._hand_over(client, mail)
        except BaseException:
            client.close()
            raise
        await self.kept.leave(client)

    def _client(self) -> SMTP:
        return SMTP(
            hostname=self.host,
            port=self.port,
            timeout=self.seconds,
            username=self.username,
            password=self.password,
            start_tls=self.start_tls,
            local_hostname=self.kept.hostname,
        )

    async def _introduced(self, recipient: str) -> SMTP:
        """A connection on which sender and recipient are named. Before DATA nothing can have gone out."""
        try:
            async with asyncio.timeout(self.seconds):
                client = await self._still_there() or await self._connected()
                try:
                    await client.rcpt(recipient)
                except BaseException:
                    client.close()
                    raise
        except (SMTPException, OSError, TimeoutError) as error:
            raise NotDelivered(_kind(error), f"refused ({type(error).__name__})") from error
        return client

    async def _still_there(self) -> SMTP | None:
        """A kept connection that still answers; what is wrong with it, a new one would say too."""
        client = self.kept.take()
        if client is None:
            return None
        try:
            async with asyncio.timeout(min(_STALE_SECONDS, self.seconds / 2)):
                await client.mail(self.sender)
        except BaseException as trouble:
            client.close()
            if not isinstance(trouble, SMTPException | OSError | TimeoutError):
                raise
            return None
        return client

    async def _connected(self) -> SMTP:
        client = self._client()
        try:
            await client.connect()
            await client.mail(self.sender)
        except BaseException:
            client.close()
            raise
        return client

    async def _hand_over(self, client: SMTP, mail: bytes) -> None:
        """From DATA on it may have gone out."""
        try:
            async with asyncio.timeout(self.seconds):
                await client.data(mail)
        except SMTPResponseException as error:
            raise NotDelivered(_kind(error), f"refused with {error.code}") from error
        except (SMTPException, OSError, TimeoutError) as error:
            lost = "the connection broke while the message was handed over"
            raise NotDelivered(Failure.UNCERTAIN, lost) from error


def _kind(error: Exception) -> Failure:
    """RFC 5321: a 5xx answer will not change, everything else may."""
    is_final = isinstance(error, SMTPResponseException) and 500 <= error.code < 600
    return Failure.PERMANENT if is_final else Failure.TEMPORARY


def _plain(message: PhoneMessage, sender: str, recipient: str) -> bytes | None:
    """The same as `_mail` makes of a few short lines of ASCII, which nearly all messages are, in a
    hundredth of the time: a first offer waits for it. None for anything else."""
    headers = {
        "From": sender,
        "To": recipient,
        "Subject": message.subject,
        "Message-ID": f"<{message.message_id}@tailboard>",
        "Auto-Submitted": "auto-generated",
        "X-Priority": "1",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit",
        "MIME-Version": "1.0",
    }
    told = [f"{name}: {value}" for name, value in headers.items()]
    is_plain = _SHORT_LINES.fullmatch(message.text) and all(map(_ONE_LINE.fullmatch, told))
    if message.invitation or not is_plain:
        return None
    return "\n".join([*told, "", message.text]).encode("ascii")


def _mail(message: PhoneMessage, sender: str, recipient: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = message.subject
    mail["Message-ID"] = f"<{message.message_id}@tailboard>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Priority"] = "1"
    mail.set_content(message.text)
    if message.invitation:
        _with_calendar(mail, message.invitation, sender, recipient)
    return mail


def _with_calendar(mail: EmailMessage, invitation: Invitation, sender: str, recipient: str) -> None:
    """Twice, as Google's own invitations have it: beside the text, where Outlook and Gmail look, and
    as a file for those that look for one only (Apple's and older ones). In base64, so that no server
    on the way breaks its lines anew (RFC 6047, 2.6)."""
    body = calendar_of(invitation, organizer=sender, attendee=recipient)
    params = {"method": invitation.method, "charset": "UTF-8"}
    mail.add_alternative(body, "text", "calendar", params=params, cte="base64")
    del mail.get_payload()[-1]["Content-Disposition"]  # type: ignore[union-attr,index] # it has parts
    mail.add_attachment(body, "application", "ics", filename="invite.ics", cte="base64")
