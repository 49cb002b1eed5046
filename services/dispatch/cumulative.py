"""When hard calls add up for one enrolled person: pure arithmetic over their own record.

The record is theirs: it lies in the erasable bucket only, and nobody else is shown a number of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from schemas.dispatch import Failure
from schemas.intake import Unit
from schemas.policy import CumulativeRule, Tier
from schemas.subjects import derived_id
from services.dispatch.carriers.port import Contact

_WEIGHS_NOTHING = 0.05
"""Below this an exposure is forgotten: five half-lives after one of tier 3."""
MAX_ATTEMPTS = 3


class Exposure(BaseModel):
    """One hard call that the person's unit was on."""

    model_config = ConfigDict(frozen=True)

    case_id: str
    tier: Tier
    at: AwareDatetime


class OfferStatus(StrEnum):
    """How far the sending of a check-in offer is."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class CheckInOffer(BaseModel):
    """The newest offer. What was being sent when we stopped is taken as sent: never twice."""

    model_config = ConfigDict(frozen=True)

    message_id: UUID
    at: AwareDatetime
    give_up_at: AwareDatetime
    status: OfferStatus = OfferStatus.SENDING
    attempts: int = 1


class Enrolment(BaseModel):
    """What a person has let us keep: gone without a trace when they leave."""

    model_config = ConfigDict(frozen=True)

    contact: Contact
    units: Annotated[tuple[Unit, ...], Field(min_length=1, max_length=20)]
    is_confirmed: bool = False
    asked_at: AwareDatetime
    exposures: tuple[Exposure, ...] = ()
    offer: CheckInOffer | None = None

    def rode(self, units: tuple[str, ...]) -> bool:
        """Whether one of these units is the person's; written `E12`, `e12` or `E 12`."""
        return bool(_names(self.units) & _names(units))


def weigh(exposures: tuple[Exposure, ...], rule: CumulativeRule, now: datetime) -> float:
    """The sum of what each exposure still counts: its tier's weight, halved every half-life."""
    return sum(
        rule.weights.get(each.tier, 0.0)
        * 0.5 ** (max(now - each.at, timedelta(0)) / rule.half_life)
        for each in exposures
    )


def adds_up(exposures: tuple[Exposure, ...], rule: CumulativeRule, now: datetime) -> bool:
    """Whether it is time to offer a check-in: by the sum, or by several of tier 2 in a short time."""
    grave = sum(each.tier <= 2 and now - each.at <= rule.tier2_within for each in exposures)
    return grave >= rule.tier2_count or weigh(exposures, rule, now) >= rule.offer_at


def note(record: Enrolment, exposure: Exposure, rule: CumulativeRule) -> Enrolment:
    """The record with one more exposure, once per case (at its gravest), without what is forgotten."""
    same = next((e for e in record.exposures if e.case_id == exposure.case_id), None)
    if same is not None and same.tier <= exposure.tier:
        return record
    others = tuple(e for e in record.exposures if e.case_id != exposure.case_id)
    kept = tuple(e for e in others if weigh((e,), rule, exposure.at) >= _WEIGHS_NOTHING)
    return record.model_copy(update={"exposures": (*kept, exposure)})


def forget(record: Enrolment, case_id: str) -> Enrolment:
    """The record without a case that turned out to be nothing."""
    kept = tuple(each for each in record.exposures if each.case_id != case_id)
    return record.model_copy(update={"exposures": kept})


def claimed(
    record: Enrolment, key: str, rule: CumulativeRule, now: datetime, give_up_at: datetime
) -> Enrolment | None:
    """The record with an offer claimed, right before it is sent; None when there is none to send."""
    before = record.offer
    if (
        before is not None
        and before.status is OfferStatus.FAILED
        and before.attempts < MAX_ATTEMPTS
    ):
        again = {"status": OfferStatus.SENDING, "attempts": before.attempts + 1}
        retried = before.model_copy(update={**again, "give_up_at": give_up_at})
        return record.model_copy(update={"offer": retried})
    quiet = before is None or now - before.at >= rule.quiet
    if not (record.is_confirmed and quiet and adds_up(record.exposures, rule, now)):
        return None
    offer = CheckInOffer(
        message_id=derived_id(key, "check-in", now.isoformat()), at=now, give_up_at=give_up_at
    )
    return record.model_copy(update={"offer": offer})


def settled(record: Enrolment, failure: Failure | None) -> Enrolment:
    """The record once the carrier has answered; only a passing trouble is tried again."""
    if record.offer is None:
        return record
    again = failure is Failure.TEMPORARY
    status = OfferStatus.FAILED if again else OfferStatus.SENT
    return record.model_copy(update={"offer": record.offer.model_copy(update={"status": status})})


def _names(units: tuple[str, ...]) -> set[str]:
    return {"".join(unit.split()).casefold() for unit in units}
