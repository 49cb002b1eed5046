"""What each of dispatch's events puts on phones: to whom, about what, and how it is worded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from schemas.dispatch import (
    CoordinatorAlarmed,
    MemberNotified,
    OfferExtended,
    OfferWithdrawn,
    Purpose,
    ReviewersAsked,
)
from schemas.policy import Urgency
from schemas.subjects import derived_id
from services.dispatch.carriers import messages
from services.dispatch.links import LinkSigner, OfferLink, ReviewLink
from services.dispatch.state import Active, DispatchState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Event, Recorded
    from schemas.subjects import Entity
    from services.dispatch.carriers.port import PhoneMessage
    from services.runtime.settings import RuntimeSettings


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message for one member, on whichever of their channels."""

    told: Recorded[Event]
    parcel_id: UUID
    member_id: str
    purpose: Purpose
    write: Callable[[DispatchState, UUID, str], PhoneMessage]
    offer_id: UUID | None = None
    all_channels: bool = False
    """All of the member's channels at once, instead of one after the other."""
    urgent: bool = False
    """Neither a throttle nor quiet hours may hold it up."""


@dataclass(frozen=True, slots=True)
class Parcels:
    """Makes parcels, with this agency's links and time zone."""

    settings: RuntimeSettings
    signer: LinkSigner

    def of(self, told: Recorded[Event]) -> tuple[Parcel, ...]:
        """The messages that one event leads to; none for most events."""
        match told.event:
            case OfferExtended(emergency=False) as event:
                return (self._offer(told, event),)
            case OfferWithdrawn() as event:
                return (_stand_down(told, event),)
            case CoordinatorAlarmed() as event:
                return self._alarms(told, event)
            case MemberNotified() as event:
                return (self._notice(told, event),)
            case ReviewersAsked() as event:
                return self._reviews(told, event)
            case _:
                return ()

    def _offer(self, told: Recorded[Event], event: OfferExtended) -> Parcel:
        def write(state: DispatchState, delivery_id: UUID, code: str) -> PhoneMessage:
            assert isinstance(state, Active)  # noqa: S101 - an open offer is of an active case
            until = max(event.expires_at, state.form_by)
            url = self._offer_link(told.entity, event.offer_id, until)
            return messages.offer(
                delivery_id, event.role, event.urgency, url, self._local(event.expires_at)
            )

        return Parcel(
            told,
            derived_id(event.offer_id, Purpose.OFFER),
            event.member_id,
            Purpose.OFFER,
            write,
            offer_id=event.offer_id,
            urgent=event.urgency is Urgency.NOW,
        )

    def _alarms(self, told: Recorded[Event], event: CoordinatorAlarmed) -> tuple[Parcel, ...]:
        """Every coordinator at once, on every channel: a busy phone holds up no other."""
        link = self._case_link(told.entity)  # a request has no page: the board says what is open

        def write(_state: DispatchState, delivery_id: UUID, _code: str) -> PhoneMessage:
            return messages.alarm(delivery_id, event.reason, link)

        return tuple(
            Parcel(
                told,
                derived_id(event.alarm_id, member_id),
                member_id,
                Purpose.ALARM,
                write,
                all_channels=True,
                urgent=True,
            )
            for member_id in event.member_ids
        )

    def _reviews(self, told: Recorded[Event], event: ReviewersAsked) -> tuple[Parcel, ...]:
        """Everybody of this stage at once, each with a link of their own."""
        by = self._local(event.question.answer_by)

        def parcel(member_id: str) -> Parcel:
            link = self.signer.sign_review(ReviewLink(told.entity, event.review_id, member_id))
            url = f"{self.settings.base_url}/r/{link}"

            def write(_state: DispatchState, delivery_id: UUID, _code: str) -> PhoneMessage:
                return messages.review(delivery_id, event.stage, url, by)

            parcel_id = derived_id(event.review_id, event.stage, member_id)
            return Parcel(told, parcel_id, member_id, Purpose.REVIEW, write, urgent=True)

        return tuple(parcel(member_id) for member_id in event.member_ids)

    def _notice(self, told: Recorded[Event], event: MemberNotified) -> Parcel:
        def write(state: DispatchState, delivery_id: UUID, _code: str) -> PhoneMessage:
            if event.purpose is not Purpose.CALLBACK_DUE:
                return messages.check_in_due(delivery_id, self._case_link(told.entity))
            assert isinstance(state, Active)  # noqa: S101 - somebody took it
            taken = state.taken_by(event.member_id)
            assert taken  # noqa: S101 - and the claim has looked again
            url = self._offer_link(told.entity, taken, state.form_by)
            return messages.callback_due(delivery_id, url)

        return Parcel(told, event.notice_id, event.member_id, event.purpose, write)

    def _case_link(self, entity: Entity) -> str:
        place = "" if entity.is_request else f"cases/{entity.id}"
        return f"{self.settings.base_url}/{place}"

    def _offer_link(self, entity: Entity, offer_id: UUID, until: datetime) -> str:
        link = OfferLink(entity=entity, offer_id=offer_id, valid_until=until)
        return f"{self.settings.base_url}/o/{self.signer.sign(link)}"

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.settings.time_zone))


def _stand_down(told: Recorded[Event], event: OfferWithdrawn) -> Parcel:
    def write(_state: DispatchState, delivery_id: UUID, _code: str) -> PhoneMessage:
        return messages.stand_down(delivery_id, event.reason)

    parcel_id = derived_id(event.offer_id, Purpose.STAND_DOWN)
    return Parcel(
        told, parcel_id, event.member_id, Purpose.STAND_DOWN, write, offer_id=event.offer_id
    )
