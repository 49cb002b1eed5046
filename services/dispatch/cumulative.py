"""When hard calls add up for one enrolled person: pure arithmetic over a record that is theirs.

It sends nothing and stores nothing. The record lies in the erasable bucket and nowhere else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

from pydantic import Field

from schemas.dispatch import Failure
from schemas.envelope import Frozen, UtcDatetime
from schemas.intake import (
    ActivationRequested,
    CaseId,
    DeactivationRequested,
    ExposureRecorded,
    Unit,
)
from schemas.policy import Tier
from services.dispatch.roster import plain_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from schemas.envelope import Event, Recorded
    from schemas.policy import CumulativeRule

MAX_ATTEMPTS = 10
"""Of one offer while the carrier is down: about three hours (services/dispatch/check_in_offers.py)."""
_NEGLIGIBLE = 0.01
"""An exposure that weighs less than this part of the threshold is forgotten (PROPOSAL)."""
_TAKEN_BACK: Final = frozenset({"false_alarm", "duplicate", "merged"})
"""Why a call was none after all, or counts under another number. A hard call for which a person saw
no need of a team was a hard call all the same."""
_NO_TIME = timedelta(0)

Units = Annotated[tuple[Unit, ...], Field(min_length=1, max_length=20)]


class Exposure(Frozen):
    """One hard call that one of the person's units was on."""

    case_id: CaseId
    tier: Tier
    at: UtcDatetime


class OfferStatus(StrEnum):
    """How far the sending of a check-in offer is."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    """It did not go out, and is tried again."""
    GIVEN_UP = "given_up"


class CheckInOffer(Frozen):
    """The newest offer. It is claimed before it is sent, so that a stop never sends it twice."""

    message_id: UUID
    at: UtcDatetime
    status: OfferStatus = OfferStatus.SENDING
    attempts: int = 1

    @property
    def may_have_arrived(self) -> bool:
        """Whether it must be taken for offered; what was being sent when we stopped may be there."""
        return self.status in {OfferStatus.SENDING, OfferStatus.SENT}


class Enrolment(Frozen):
    """All that is kept of an enrolled person; nothing of it outlives their leaving."""

    contact: str
    """Their mail address."""
    units: Units
    linked_at: UtcDatetime
    """When their private link was sent last."""
    counts_from: UtcDatetime | None = None
    """Calls that became known from then on count; None until the owner of the address agreed."""
    secrets: tuple[str, ...] = ()
    """The SHA-256 of each secret that opens the private page."""
    exposures: tuple[Exposure, ...] = ()
    offer: CheckInOffer | None = None


@dataclass(frozen=True, slots=True)
class HardCall:
    """A case as intake's own history has it: how grave, when, and since when which unit is named."""

    case_id: str
    tier: Tier
    at: datetime
    named: Mapping[str, datetime]
    counts: bool = True


def hard_call(history: Iterable[Recorded[Event]]) -> HardCall | None:
    """What a case counts for, from all that intake recorded of it; None if no real team was wanted.

    Whichever event of it comes first, late or twice, the answer is the same.
    """
    call: HardCall | None = None
    for told in history:
        match told.event:
            case ActivationRequested() as event if not event.brief.drill:
                tier = min(event.brief.tier, call.tier) if call else event.brief.tier
                named = _also(call.named if call else {}, event.units, told.meta.time)
                at = min(event.brief.occurred_at, told.meta.time)
                call = HardCall(told.entity.id, tier, at, named)
            case ExposureRecorded() as event if call:
                named = _also(call.named, event.units, told.meta.time)
                call = HardCall(call.case_id, call.tier, call.at, named, call.counts)
            case DeactivationRequested() as event if call and event.reason in _TAKEN_BACK:
                call = HardCall(call.case_id, call.tier, call.at, call.named, counts=False)
            case _:
                pass
    return call


def weigh(exposures: Iterable[Exposure], at: datetime, rule: CumulativeRule) -> float:
    """What exposures still count at a time: each its tier's weight, halved every half-life."""
    return math.fsum(_weight(each, at, rule) for each in exposures)


def adds_up(exposures: Iterable[Exposure], at: datetime, rule: CumulativeRule) -> bool:
    """Whether the sum is reached, or so many grave calls came in a short time."""
    listed = tuple(exposures)
    grave = sum(each.tier <= 2 and at - each.at <= rule.tier2_within for each in listed)
    return grave >= rule.tier2_count or weigh(listed, at, rule) >= rule.offer_at


def should_offer(record: Enrolment, now: datetime, rule: CumulativeRule) -> bool:
    """Whether a check-in is to be offered now: at most one in a quiet period, and after it only
    when a further call came."""
    if record.counts_from is None or not adds_up(record.exposures, now, rule):
        return False
    offer = record.offer
    if offer is None or not offer.may_have_arrived:
        return True
    is_news = any(each.at > offer.at for each in record.exposures)
    return is_news and now - offer.at >= rule.quiet


def note(record: Enrolment, exposure: Exposure) -> Enrolment:
    """The record with this exposure: once per case, and at the gravest tier that it had."""
    before = next((e for e in record.exposures if e.case_id == exposure.case_id), None)
    if before is not None and before.tier <= exposure.tier:
        return record
    others = tuple(each for each in record.exposures if each.case_id != exposure.case_id)
    return record.model_copy(update={"exposures": (*others, exposure)})


def forget(record: Enrolment, case_id: str) -> Enrolment:
    """The record without a case that turned out to be nothing."""
    kept = tuple(each for each in record.exposures if each.case_id != case_id)
    return record.model_copy(update={"exposures": kept})


def pruned(record: Enrolment, now: datetime, rule: CumulativeRule) -> Enrolment:
    """The record without the exposures that count nothing any more."""
    kept = tuple(each for each in record.exposures if _counts_still(each, now, rule))
    return record.model_copy(update={"exposures": kept})


def after_call(record: Enrolment, call: HardCall, now: datetime, rule: CumulativeRule) -> Enrolment:
    """The record as it must be, the case being as it is now; the same twice changes nothing."""
    if record.counts_from is None:
        return record
    if not call.counts:
        return pruned(forget(record, call.case_id), now, rule)
    known = any(each.case_id == call.case_id for each in record.exposures)
    if known or _was_there(record, call, record.counts_from):
        record = note(record, Exposure(case_id=call.case_id, tier=call.tier, at=call.at))
    return pruned(record, now, rule)


def joined(record: Enrolment, other: Enrolment) -> Enrolment:
    """One record of two of the same person: both of their counts, and the later offer."""
    for each in other.exposures:
        record = note(record, each)
    offers = [offer for offer in (record.offer, other.offer) if offer is not None]
    latest = max(offers, key=lambda offer: offer.at, default=None)
    return record.model_copy(update={"offer": latest})


def claimed(
    record: Enrolment, message_id: UUID, now: datetime, rule: CumulativeRule
) -> Enrolment | None:
    """The record with an offer claimed, to be stored before it is sent; None when none is due.

    An offer that failed for the moment keeps its message id, so that a provider can drop a repeat.
    """
    if not should_offer(record, now, rule):
        return None
    offer = CheckInOffer(message_id=message_id, at=now)
    before = record.offer
    if before is not None and before.status is OfferStatus.FAILED:
        again = {"status": OfferStatus.SENDING, "attempts": before.attempts + 1, "at": now}
        offer = before.model_copy(update=again)
    return record.model_copy(update={"offer": offer})


def settled(record: Enrolment, message_id: UUID, failure: Failure | None) -> Enrolment:
    """The record once the carrier has answered. What may have arrived is taken for offered."""
    offer = record.offer
    if offer is None or offer.message_id != message_id or offer.status is not OfferStatus.SENDING:
        return record
    status = _status(failure, offer.attempts)
    return record.model_copy(update={"offer": offer.model_copy(update={"status": status})})


def _status(failure: Failure | None, attempts: int) -> OfferStatus:
    match failure:
        case None | Failure.UNCERTAIN:
            return OfferStatus.SENT
        case Failure.TEMPORARY if attempts < MAX_ATTEMPTS:
            return OfferStatus.FAILED
        case Failure.TEMPORARY | Failure.PERMANENT:
            return OfferStatus.GIVEN_UP


def _weight(exposure: Exposure, at: datetime, rule: CumulativeRule) -> float:
    halved = max(at - exposure.at, _NO_TIME) / rule.half_life
    return float(rule.weights.get(exposure.tier, 0.0) * 0.5**halved)


def _counts_still(exposure: Exposure, now: datetime, rule: CumulativeRule) -> bool:
    if exposure.tier <= 2 and now - exposure.at <= rule.tier2_within:
        return True
    return _weight(exposure, now, rule) >= _NEGLIGIBLE * rule.offer_at


def _was_there(record: Enrolment, call: HardCall, since: datetime) -> bool:
    """A unit of theirs was named after they enrolled with it: what was before is not counted."""
    fresh = {unit for unit, at in call.named.items() if at >= since}
    return bool(plain_names(record.units) & plain_names(fresh))


def _also(
    named: Mapping[str, datetime], units: Iterable[str], at: datetime
) -> Mapping[str, datetime]:
    return dict.fromkeys(units, at) | dict(named)
