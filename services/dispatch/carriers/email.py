"""SMTP: one connection per message, each step telling whether the message may have gone out."""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import dataclass
from email.message import EmailMessage
from typing import TYPE_CHECKING, Literal

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from schemas.deliveries import FIRST_CHANNEL
from schemas.dispatch import Failure
from services.dispatch.carriers.invitations import calendar_of
from services.dispatch.carriers.port import NotDelivered

if TYPE_CHECKING:
    from services.dispatch.carriers.port import Contact, Invitation, PhoneMessage

_ONE_LINE = re.compile(r"[\x20-\x7e]{1,78}")
_SHORT_LINES = re.compile(r"(?:[\x20-\x7e]{0,900}\n)+")
_GOODBYE_SECONDS = 0.5
"""The message is taken by then: waiting longer could outlast the claim on sending it."""


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
        client = self._client()
        try:
            await self._hand_over(client, contact.email, mail)
            with contextlib.suppress(SMTPException, OSError, TimeoutError):
                async with asyncio.timeout(_GOODBYE_SECONDS):
                    await client.quit()
        finally:
            client.close()

    def _client(self) -> SMTP:
        return SMTP(
            hostname=self.host,
            port=self.port,
            timeout=self.seconds,
            username=self.username,
            password=self.password,
            start_tls=self.start_tls,
        )

    async def _hand_over(self, client: SMTP, recipient: str, mail: bytes) -> None:
        """Before DATA nothing can have gone out; from DATA on it may have."""
        try:
            async with asyncio.timeout(self.seconds):
                await self._before_data(client, recipient)
        except (SMTPException, OSError, TimeoutError) as error:
            raise NotDelivered(_kind(error), f"refused ({type(error).__name__})") from error
        try:
            async with asyncio.timeout(self.seconds):
                await client.data(mail)
        except SMTPResponseException as error:
            raise NotDelivered(_kind(error), f"refused with {error.code}") from error
        except (SMTPException, OSError, TimeoutError) as error:
            lost = "the connection broke while the message was handed over"
            raise NotDelivered(Failure.UNCERTAIN, lost) from error

    async def _before_data(self, client: SMTP, recipient: str) -> None:
        await client.connect()
        await client.mail(self.sender)
        await client.rcpt(recipient)


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
