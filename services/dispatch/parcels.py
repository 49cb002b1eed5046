"""What each of dispatch's events puts on phones: to whom, about what, and how it is worded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from schemas.deliveries import delivery_id_for
from schemas.dispatch import (
    AlarmEscalated,
    AlarmReason,
    CoordinatorAlarmed,
    MemberNotified,
    OfferExtended,
    OfferWithdrawn,
    Purpose,
    ReviewersAsked,
    TeamActivated,
)
from schemas.policy import Urgency
from schemas.requests import EmergencyPaged
from schemas.subjects import derived_id
from services.dispatch.carriers import aftercare_messages, messages, private_messages
from services.dispatch.decide.claims import alarm_parcel
from services.dispatch.decide.paging import CALLED_AT_ONCE
from services.dispatch.links import AlarmLink, LinkSigner, OfferLink, ReviewLink
from services.dispatch.session_parcels import (
    OF_A_SESSION,
    OF_ONES_OWN,
    is_near,
    of_a_session,
)
from services.dispatch.state import Active, DispatchState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from uuid import UUID

    from schemas.envelope import Event, Recorded
    from schemas.requests import Page
    from schemas.subjects import Entity
    from services.dispatch.carriers.port import PhoneMessage
    from services.runtime.settings import RuntimeSettings

_MISSES = frozenset({AlarmReason.INTERVENTION_MISSED, AlarmReason.CHECK_IN_MISSED})


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message for one member, on whichever of their channels."""

    told: Recorded[Event]
    parcel_id: UUID
    member_id: str
    purpose: Purpose
    write: Callable[[DispatchState, UUID], PhoneMessage]
    offer_id: UUID | None = None
    all_channels: bool = False
    """All of the member's channels at once, instead of one after the other."""
    urgent: bool = False
    """Neither a throttle nor quiet hours may hold it up."""
    write_with: Callable[[UUID, str], PhoneMessage] | None = None
    """The same message with the address of the member's own page, for what they can settle there."""


@dataclass(frozen=True, slots=True)
class Parcels:
    """Makes parcels, with this agency's links and time zone."""

    settings: RuntimeSettings
    signer: LinkSigner

    def of(  # noqa: C901, PLR0911 - one line per event
        self, told: Recorded[Event]
    ) -> tuple[Parcel, ...]:
        """The messages that one event leads to; none for most events."""
        match told.event:
            case OfferExtended(emergency=False) as event:
                return (self._offer(told, event),)
            case TeamActivated(offers=offers):
                return tuple(self._offer(told, offer) for offer in offers)
            case EmergencyPaged() as event:
                return (*self._pages(told, event), *self._calls(told, event))
            case CoordinatorAlarmed(reason=reason) if reason in CALLED_AT_ONCE:
                return ()  # called by the page, which overtakes everything
            case OfferWithdrawn(reason="cannot_serve"):
                return ()  # they said so themselves a moment ago
            case OfferWithdrawn() as event:
                return (_stand_down(told, event),)
            case CoordinatorAlarmed() | AlarmEscalated() as event:
                return self._alarms(told, event)
            case MemberNotified() as event:
                return (self._notice(told, event),)
            case ReviewersAsked() as event:
                return self._reviews(told, event)
            case _:
                return ()

    def behind(
        self, history: Iterable[Recorded[Event]], delivery_id: UUID, channel: str
    ) -> Parcel | None:
        """The parcel of a case's history whose delivery on this channel has this id."""
        for told in history:
            for parcel in self.of(told):
                if delivery_id_for(parcel.parcel_id, channel) == delivery_id:
                    return parcel
        return None

    def _offer(self, told: Recorded[Event], event: OfferExtended) -> Parcel:
        def write(state: DispatchState, delivery_id: UUID) -> PhoneMessage:
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

    def _pages(self, told: Recorded[Event], event: EmergencyPaged) -> tuple[Parcel, ...]:
        """Everybody of an emergency at once, on every channel, whatever holds others up."""

        def parcel(page: Page) -> Parcel:
            def write(state: DispatchState, delivery_id: UUID) -> PhoneMessage:
                assert isinstance(state, Active)  # noqa: S101 - an open offer is of an active case
                until = max(page.expires_at, state.form_by)
                url = self._offer_link(told.entity, page.offer_id, until)
                return messages.emergency(delivery_id, url, self._local(page.expires_at))

            return Parcel(
                told,
                derived_id(page.offer_id, Purpose.OFFER),
                page.member_id,
                Purpose.OFFER,
                write,
                offer_id=page.offer_id,
                all_channels=True,
                urgent=True,
            )

        return tuple(parcel(page) for page in event.pages)

    def _calls(self, told: Recorded[Event], event: EmergencyPaged) -> tuple[Parcel, ...]:
        if event.alarm_id is None:
            return ()
        reason = AlarmReason.REQUEST_EMERGENCY
        alarm = CoordinatorAlarmed(alarm_id=event.alarm_id, reason=reason, member_ids=event.called)
        return self._alarms(told, alarm)

    def _alarms(
        self, told: Recorded[Event], event: CoordinatorAlarmed | AlarmEscalated
    ) -> tuple[Parcel, ...]:
        """Everybody at once, on every channel: a busy phone holds up no other. Each has a link of
        their own to say "I have it"."""
        case = self._case_link(told.entity)  # a request has no page: the board says what is open
        escalated = isinstance(event, AlarmEscalated)
        missed = self._missed(told.entity, event)

        def parcel(member_id: str) -> Parcel:
            link = self.signer.sign_alarm(AlarmLink(told.entity, event.alarm_id, member_id))
            have_it = f"{self.settings.base_url}/a/{link}"

            def write(_state: DispatchState, delivery_id: UUID) -> PhoneMessage:
                return messages.alarm(delivery_id, event.reason, case, have_it, escalated=escalated)

            def write_with(delivery_id: UUID, own: str) -> PhoneMessage:
                lead, why = escalated, f"{own}/{missed}"
                return messages.alarm(
                    delivery_id, event.reason, case, have_it, escalated=lead, why=why
                )

            return Parcel(
                told,
                alarm_parcel(event.alarm_id, member_id, escalated=escalated),
                member_id,
                Purpose.ALARM,
                write,
                all_channels=True,
                urgent=True,
                write_with=write_with if missed else None,
            )

        return tuple(parcel(member_id) for member_id in event.member_ids)

    def _reviews(self, told: Recorded[Event], event: ReviewersAsked) -> tuple[Parcel, ...]:
        """Everybody of this stage at once, each with a link of their own."""
        by = self._local(event.question.answer_by)

        def parcel(member_id: str) -> Parcel:
            link = self.signer.sign_review(ReviewLink(told.entity, event.review_id, member_id))
            url = f"{self.settings.base_url}/r/{link}"

            def write(_state: DispatchState, delivery_id: UUID) -> PhoneMessage:
                return messages.review(delivery_id, event.stage, url, by)

            parcel_id = derived_id(event.review_id, event.stage, member_id)
            return Parcel(told, parcel_id, member_id, Purpose.REVIEW, write, urgent=True)

        return tuple(parcel(member_id) for member_id in event.member_ids)

    def _notice(  # noqa: C901 - one line per purpose
        self, told: Recorded[Event], event: MemberNotified
    ) -> Parcel:
        card = f"{self.settings.base_url}/card" if event.card else ""

        def write(state: DispatchState, delivery_id: UUID) -> PhoneMessage:
            if event.purpose in OF_A_SESSION:
                link, zone = self._case_link(told.entity), self.settings.time_zone
                return of_a_session(told.entity, told.meta.time, event, delivery_id, link, zone)
            if event.purpose is Purpose.EXERCISE_OVER:
                return messages.exercise_over(delivery_id, "exercise_over")
            if of_no_case := self._of_no_case(event, delivery_id):
                return of_no_case
            if event.purpose is Purpose.CHECK_IN_DUE:
                return messages.check_in_due(delivery_id, self._case_link(told.entity), card)
            assert isinstance(state, Active)  # noqa: S101 - somebody took it
            taken = state.taken_by(event.member_id)
            assert taken  # noqa: S101 - and the claim has looked again
            url = self._offer_link(told.entity, taken, state.form_by)
            is_given = event.purpose is Purpose.PLACE_GIVEN
            write_it = messages.place_given if is_given else messages.callback_due
            return write_it(delivery_id, url)

        def write_with(delivery_id: UUID, own: str) -> PhoneMessage:
            if event.purpose in private_messages.OF_PEOPLE:
                people = f"{own}/people"
                return private_messages.of_people(delivery_id, event.purpose, None, people)
            if event.purpose is Purpose.AFTERCARE_DUE:
                own = f"{own}/check-ins"
                return aftercare_messages.aftercare(delivery_id, event.purpose, None, own)
            if event.purpose is Purpose.CHECK_IN_DUE:
                return messages.check_in_due(delivery_id, own, card)
            zone = self.settings.time_zone
            return of_a_session(told.entity, told.meta.time, event, delivery_id, own, zone)

        on_own = (
            OF_ONES_OWN | private_messages.ON_ONES_OWN_PAGE | aftercare_messages.ON_ONES_OWN_PAGE
        )
        has_own = event.purpose in on_own
        return Parcel(
            told,
            event.notice_id,
            event.member_id,
            event.purpose,
            write,
            urgent=is_near(told.meta.time, event),
            write_with=write_with if has_own else None,
        )

    def _of_no_case(self, event: MemberNotified, delivery_id: UUID) -> PhoneMessage | None:
        """Of people, of places and notices, of the time after a request."""
        purpose, home = event.purpose, f"{self.settings.base_url}/"
        if purpose in private_messages.OF_PEOPLE:
            return private_messages.of_people(delivery_id, purpose, event.about, home)
        if purpose in messages.OF_SUPPORT:
            link = f"{home}{messages.OF_SUPPORT[purpose]}"
            return messages.support(delivery_id, purpose, link)
        if purpose in aftercare_messages.OF_AFTERCARE:
            return aftercare_messages.aftercare(delivery_id, purpose, event.about, home)
        return None

    def _missed(self, entity: Entity, event: CoordinatorAlarmed | AlarmEscalated) -> str:
        """Where on their own page somebody says why it was missed; empty for any other alarm."""
        if event.reason not in _MISSES or event.item is None:
            return ""
        return f"items/{entity.agency}/{entity.id}/{event.item}"

    def _case_link(self, entity: Entity) -> str:
        place = "" if entity.is_request else f"cases/{entity.id}"
        return f"{self.settings.base_url}/{place}"

    def _offer_link(self, entity: Entity, offer_id: UUID, until: datetime) -> str:
        link = OfferLink(entity=entity, offer_id=offer_id, valid_until=until)
        return f"{self.settings.base_url}/o/{self.signer.sign(link)}"

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.settings.time_zone))


def _stand_down(told: Recorded[Event], event: OfferWithdrawn) -> Parcel:
    def write(_state: DispatchState, delivery_id: UUID) -> PhoneMessage:
        return messages.stand_down(delivery_id, event.reason)

    parcel_id = derived_id(event.offer_id, Purpose.STAND_DOWN)
    return Parcel(
        told, parcel_id, event.member_id, Purpose.STAND_DOWN, write, offer_id=event.offer_id
    )
