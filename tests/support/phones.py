"""Fake phones behind the carrier port: `expect_text`, `reply`, `confirm`, `fail`, `assert_silent`.

Every owner has mail (the channel `phones`); one with a number has texts and calls too, and all of
them ring in one list, as a person hears them.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from schemas.dispatch import Failure
from services.dispatch.carriers.chosen import Carriers
from services.dispatch.carriers.numbers import e164
from services.dispatch.carriers.port import NotDelivered
from services.dispatch.carriers.signing import signed
from services.runtime.clock import SystemClock

if TYPE_CHECKING:
    import httpx

    from services.dispatch.carriers.port import Contact, Form, PhoneMessage

_LINK = re.compile(r"https?://[^/\s]+(/o/\S+)")
_ALARM = re.compile(r"https?://[^/\s]+(/a/\S+)")
_REVIEW = re.compile(r"https?://[^/\s]+(/r/\S+)")
_OWN = re.compile(r"https?://[^/\s]+/[mf]/([^/\s]+)")
MAIL, SMS, VOICE = "phones", "sms", "voice"
SECRET = "a secret of a provider, for tests"  # noqa: S105 - of nobody


def reached(member_id: str, number: int, *order: str) -> dict[str, Any]:
    """A contact with mail and a number, in this order of channels."""
    return {
        "label": member_id,
        "email": f"{member_id}@phones.invalid",
        "phone": f"(415) 555-01{number:02}",
        "order": order,
    }


@dataclass(frozen=True)
class Rang:
    """One message as it came, and on which channel."""

    channel: str
    message: PhoneMessage

    @property
    def said(self) -> str:
        words = {SMS: self.message.sms, VOICE: self.message.spoken}
        return words.get(self.channel) or f"{self.message.subject}\n{self.message.text}"


@dataclass
class Phones:
    """Every phone of the town, by its owner's roster number. It is the carrier of their mail."""

    rang: dict[str, list[Rang]] = field(default_factory=lambda: defaultdict(list))
    received: dict[str, list[PhoneMessage]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[str, str] = field(default_factory=dict)
    http: httpx.AsyncClient | None = None
    """Where this town's providers post to."""
    _failures: dict[tuple[str, str], list[Failure]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _heard: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _dead: set[str] = field(default_factory=set)
    _aside: set[str] = field(default_factory=set)
    _ids: count[int] = field(default_factory=count)

    @property
    def channel(self) -> str:
        return MAIL

    @property
    def form(self) -> Form:
        return "mail"

    def carriers(self) -> Carriers:
        """The carriers of a town whose members answer these phones."""
        lines = (self, Line(self, SMS, "sms"), Line(self, VOICE, "voice"))
        return Carriers(lines, "US", {SMS: SECRET, VOICE: SECRET})

    def reaches(self, contact: Contact) -> bool:
        return bool(contact.email)

    async def probe(self) -> None:
        self._may_fail(MAIL, "")

    async def send(self, message: PhoneMessage, contact: Contact) -> None:
        if not contact.email:
            raise NotDelivered(Failure.PERMANENT, "no address is on file")
        self.take(MAIL, message, contact)

    def take(self, channel: str, message: PhoneMessage, contact: Contact) -> None:
        """A message reaches a phone, or fails as the test says."""
        owner = contact.label or (contact.email or "").partition("@")[0]
        self._may_fail(channel, owner)
        known = {earlier.message_id for earlier in self.received[owner]}
        assert message.message_id not in known, f"{owner} was sent the same message twice"
        if number := e164(contact.texts_to, "US"):
            self.numbers[owner] = number
        self.rang[owner].append(Rang(channel, message))
        self.received[owner].append(message)

    def _may_fail(self, channel: str, owner: str) -> None:
        if channel in self._dead:
            raise NotDelivered(Failure.TEMPORARY, "the channel is down")
        if self._failures[owner, channel]:
            raise NotDelivered(self._failures[owner, channel].pop(0), "the test says so")

    def fail(self, owner: str, *failures: Failure, on: str = MAIL) -> None:
        """Let the next messages to this phone fail."""
        self._failures[owner, on].extend(failures)

    def still_failing(self, owner: str, on: str = MAIL) -> int:
        """How many of the failures that a test has told of are still to come."""
        return len(self._failures[owner, on])

    def down(self, *channels: str) -> None:
        """Nobody is reached on these channels until they are up again."""
        self._dead.update(channels)

    def up(self, *channels: str) -> None:
        """They work again."""
        self._dead.difference_update(channels)

    def asked(self) -> list[str]:
        """Whose phones hold an offer, sorted."""
        return sorted(
            o for o, texts in self.received.items() if any(_LINK.search(t.text) for t in texts)
        )

    def link(self, owner: str) -> str:
        """The path of the newest offer on this phone."""
        for message in reversed(self.received[owner]):
            if found := _LINK.search(message.text):
                return found[1]
        raise AssertionError(f"{owner} was not asked")

    def own_link(self, owner: str) -> str:
        """The token of the newest link of their own on this phone."""
        for message in reversed(self.received[owner]):
            if found := _OWN.search(message.text):
                return found[1]
        raise AssertionError(f"{owner} was sent no link of their own")

    def review(self, owner: str) -> str:
        """The path of the newest question on this phone."""
        for message in reversed(self.received[owner]):
            if found := _REVIEW.search(message.text):
                return found[1]
        raise AssertionError(f"{owner} was asked nothing")

    def alarm(self, owner: str) -> str:
        """The path to say "I have it" of the newest alarm on this phone."""
        for message in reversed(self.received[owner]):
            if found := _ALARM.search(message.text):
                return found[1]
        raise AssertionError(f"{owner} was not called")

    def on(self, owner: str, channel: str) -> list[str]:
        """What this phone got on one channel, oldest first."""
        return [rang.said for rang in self.rang[owner] if rang.channel == channel]

    def channels(self, owner: str) -> list[str]:
        """On which channels this phone rang, in order."""
        return [rang.channel for rang in self.rang[owner]]

    def expect_text(self, owner: str, words: str, on: str | None = None) -> str:
        """The next unread message of this phone says `words`; all that it says."""
        while self._is_aside(owner):
            self._heard[owner] += 1
        position = self._heard[owner]
        assert len(self.rang[owner]) > position, f"{owner}'s phone is silent"
        self._heard[owner] += 1
        rang = self.rang[owner][position]
        assert words in rang.said, rang.said
        assert on in {None, rang.channel}, f"it came by {rang.channel}"
        return rang.said

    def code(self, owner: str) -> str:
        """The digits that answer the newest text of this phone."""
        found = re.findall(r"\b(\d\d) yes", self.on(owner, SMS)[-1])
        assert found, self.on(owner, SMS)[-1]
        return str(found[-1])

    async def reply(self, owner: str, text: str, provider_id: str = "") -> str:
        """The owner answers by text; what is sent back to them."""
        number = self.numbers.get(owner, owner)
        body = {"id": provider_id or f"in-{next(self._ids)}", "from": number, "text": text}
        answer = await self.post(f"/v1/carriers/{SMS}/replies", body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["reply"])

    async def press(self, owner: str, digits: str) -> str:
        """The owner presses digits in the newest call; what the voice says then."""
        body = {"id": f"in-{next(self._ids)}", "reference": self._newest(owner, VOICE).reference}
        answer = await self.post(f"/v1/carriers/{VOICE}/replies", body | {"text": digits})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["reply"])

    async def confirm(self, owner: str, on: str = SMS) -> None:
        """The provider says that the newest message is on the phone."""
        await self._tell(owner, on, "delivered")

    async def bounce(self, owner: str, on: str = SMS) -> None:
        """The provider says that the newest message will not arrive."""
        await self._tell(owner, on, "failed")

    async def _tell(self, owner: str, on: str, status: str) -> None:
        body = {"reference": self._newest(owner, on).reference, "status": status}
        answer = await self.post(f"/v1/carriers/{on}/callbacks", body)
        assert answer.status_code == 204, answer.text

    async def post(self, path: str, body: Any, secret: str = SECRET) -> httpx.Response:
        """What a provider posts, signed."""
        assert self.http, "this town has no providers"
        raw = json.dumps(body).encode()
        headers = signed(secret, raw, SystemClock().now())
        return await self.http.post(path, content=raw, headers=headers)

    def _newest(self, owner: str, channel: str) -> PhoneMessage:
        return [rang.message for rang in self.rang[owner] if rang.channel == channel][-1]

    def _is_aside(self, owner: str) -> bool:
        waiting = self.rang[owner][self._heard[owner] :]
        return bool(waiting) and waiting[0].message.subject in self._aside

    def put_aside(self, *subjects: str) -> None:
        """Messages of these subjects are not what the story is about: they count as read."""
        self._aside |= set(subjects)

    def unread(self, owner: str) -> list[str]:
        """The subjects of what this phone got and the test has not looked at."""
        told = [rang.message.subject for rang in self.rang[owner][self._heard[owner] :]]
        return [subject for subject in told if subject not in self._aside]

    def look(self, *owners: str) -> None:
        """Everything on these phones is read now; on every phone when none is named."""
        for owner in owners or tuple(self.rang):
            self._heard[owner] = len(self.rang[owner])

    def assert_silent(self, *owners: str) -> None:
        """Nothing unread is on these phones; on no phone when none is named."""
        for owner in owners or tuple(self.rang):
            assert not self.unread(owner), f"{owner} got {self.unread(owner)}"


@dataclass(frozen=True)
class Line:
    """Texts or calls to the same phones."""

    phones: Phones
    channel: str
    form: Form

    def reaches(self, contact: Contact) -> bool:
        number = contact.texts_to if self.form == "sms" else contact.calls_to
        return e164(number, "US") is not None

    async def probe(self) -> None:
        self.phones._may_fail(self.channel, "")

    async def send(self, message: PhoneMessage, contact: Contact) -> None:
        if not self.reaches(contact):
            raise NotDelivered(Failure.PERMANENT, "no number is on file")
        self.phones.take(self.channel, message, contact)
