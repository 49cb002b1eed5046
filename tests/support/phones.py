"""Fake phones behind the carrier port: `expect_text`, `link`, `fail`, `assert_silent`."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.dispatch import Failure
from services.dispatch.carriers.chosen import Carriers
from services.dispatch.carriers.port import NotDelivered

if TYPE_CHECKING:
    from services.dispatch.carriers.port import Contact, Form, PhoneMessage

_LINK = re.compile(r"https?://[^/\s]+(/o/\S+)")
_REVIEW = re.compile(r"https?://[^/\s]+(/r/\S+)")


@dataclass
class Phones:
    """Every phone of the town, by its owner's roster number."""

    received: dict[str, list[PhoneMessage]] = field(default_factory=lambda: defaultdict(list))
    _failures: dict[str, list[Failure]] = field(default_factory=lambda: defaultdict(list))
    _heard: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def channel(self) -> str:
        return "phones"

    @property
    def form(self) -> Form:
        return "mail"

    def carriers(self) -> Carriers:
        """The carriers of a town whose members answer these phones."""
        return Carriers((self,))

    def reaches(self, contact: Contact) -> bool:
        return bool(contact.email)

    async def probe(self) -> None:
        return None

    async def send(self, message: PhoneMessage, contact: Contact) -> None:
        owner = contact.label or (contact.email or "").partition("@")[0]
        if not contact.email:
            raise NotDelivered(Failure.PERMANENT, "no address is on file")
        if self._failures[owner]:
            raise NotDelivered(self._failures[owner].pop(0), "the test says so")
        known = {earlier.message_id for earlier in self.received[owner]}
        assert message.message_id not in known, f"{owner} was sent the same message twice"
        self.received[owner].append(message)

    def fail(self, owner: str, *failures: Failure) -> None:
        """Let the next messages to this phone fail."""
        self._failures[owner].extend(failures)

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

    def review(self, owner: str) -> str:
        """The path of the newest question on this phone."""
        for message in reversed(self.received[owner]):
            if found := _REVIEW.search(message.text):
                return found[1]
        raise AssertionError(f"{owner} was asked nothing")

    def expect_text(self, owner: str, words: str) -> None:
        """The next unread message of this phone says `words`."""
        position = self._heard[owner]
        assert len(self.received[owner]) > position, f"{owner}'s phone is silent"
        self._heard[owner] += 1
        message = self.received[owner][position]
        assert words in f"{message.subject}\n{message.text}", message.subject

    def unread(self, owner: str) -> list[str]:
        """The subjects of what this phone got and the test has not looked at."""
        return [message.subject for message in self.received[owner][self._heard[owner] :]]

    def look(self, *owners: str) -> None:
        """Everything on these phones is read now; on every phone when none is named."""
        for owner in owners or tuple(self.received):
            self._heard[owner] = len(self.received[owner])

    def assert_silent(self, *owners: str) -> None:
        """Nothing unread is on these phones; on no phone when none is named."""
        for owner in owners or tuple(self.received):
            assert not self.unread(owner), f"{owner} got {self.unread(owner)}"
