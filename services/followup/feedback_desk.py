"""Takes anonymous answers and records them a week later, added up. Nobody is looked at on this path.

Until then an answer lies alone in an erasable bucket, under the week and a number that was drawn for
the form: nothing of it tells who, about which talk, or at what hour.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from schemas.feedback import SupportKind
from schemas.subjects import Entity, Stream, apart_id_for, derived_id
from services.followup.decider import FEEDBACK
from services.followup.feedback_rules import (
    Answers,
    CountFeedback,
    FeedbackRules,
    batch_of,
    shown_from,
    tallied,
)
from services.runtime.errors import Transient
from services.runtime.handle import handle
from services.runtime.seal import BrokenSeal, Seal
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from services.runtime.bucket import Bucket
    from services.runtime.host import Ports

_STORED = TypeAdapter(Answers)
_HOUR = timedelta(hours=1)
_PLACE = "feedback"


class TooMany(Exception):
    """More answers came in an hour than the policy takes."""


class StaleForm(Exception):
    """The form was opened too long ago, or is none of ours."""


@dataclass(frozen=True, slots=True)
class FeedbackDesk:
    """Feedback on followup's ports."""

    ports: Ports
    bucket: Bucket
    rules: FeedbackRules
    secret: str
    _lately: deque[datetime] = field(default_factory=deque)

    @property
    def zone(self) -> str:
        """Whose calendar quarters and weeks are of."""
        return self.ports.settings.time_zone

    def form(self) -> str:
        """A number for a form that is opened now. It is drawn, and says nothing but the minute."""
        minute = int(self.ports.clock.now().timestamp() // 60)
        return self._seal().words(f"{minute}.{secrets.token_hex(8)}")

    async def give(self, quarter: str, kind: SupportKind, answers: Answers, form: str) -> None:
        """Keep one form's answers until their week is over; the same form twice is once.

        Raises StaleForm, TooMany, and Transient.
        """
        number = self._read(form)
        now = self.ports.clock.now()
        self._count(now)
        week = batch_of(now, self.zone)
        agency = self.ports.settings.agency
        key = f"{agency}.{_PLACE}.{week}_{quarter}_{kind.value}_{number}"
        await self.bucket.put(key, _STORED.dump_json(answers))

    async def add_up(self) -> None:
        """Record every week that has been over for an hour, and erase what it was made of.

        Raises Transient.
        """
        agency, now = self.ports.settings.agency, self.ports.clock.now()
        over = batch_of(now - _HOUR, self.zone)
        found = await self.bucket.under(f"{agency}.{_PLACE}")
        groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for key in found:
            week, quarter, rest = key.rpartition(".")[2].split("_", 2)
            if week < over:
                groups[week, quarter, rest.rpartition("_")[0]].append(key)
        for (week, quarter, kind), keys in sorted(groups.items()):
            answers = [_STORED.validate_json(found[key].value) for key in keys]
            await self._record(week, quarter, SupportKind(kind), answers)
            for key in keys:
                await self.bucket.erase(key)

    async def keep(self) -> None:
        """A round every hour, for ever: run as a background job."""
        while True:
            try:
                await self.add_up()
            except Transient as trouble:
                log.warning("added_up_later", reason=str(trouble))
            await asyncio.sleep(3600)  # noqa: TID251 - a timer would be set at the hour of an answer

    async def _record(
        self, week: str, quarter: str, kind: SupportKind, answers: list[Answers]
    ) -> None:
        agency = self.ports.settings.agency
        command = CountFeedback(
            command_id=derived_id(agency, "feedback", week, quarter, kind),
            now=self.ports.clock.now(),
            actor="timer",
            kind=kind,
            quarter=quarter,
            batch=week,
            count=len(answers),
            tallies=tallied(answers),
            shown_from=shown_from(quarter, self.zone, self.rules),
        )
        await handle(self.ports.journal, FEEDBACK, ledger_of(agency), command)

    def _read(self, form: str) -> str:
        try:
            minute, _, number = self._seal().read_words(form).partition(".")
            opened = datetime.fromtimestamp(int(minute) * 60, UTC)
        except (BrokenSeal, ValueError, OverflowError) as bad:
            raise StaleForm from bad
        if self.ports.clock.now() - opened > self.rules.form_for:
            raise StaleForm
        return hashlib.sha256(number.encode()).hexdigest()[:16]

    def _count(self, now: datetime) -> None:
        while self._lately and self._lately[0] <= now - _HOUR:
            self._lately.popleft()
        if len(self._lately) >= self.rules.hourly_limit:
            raise TooMany
        self._lately.append(now)

    def _seal(self) -> Seal:
        return Seal(self.secret, "tailboard-feedback")


def ledger_of(agency: str) -> Entity:
    """The entity of an agency's feedback; its id keeps it off every list of cases."""
    return Entity(Stream.FOLLOWUP, agency, apart_id_for(derived_id(agency, "feedback")))
