"""Who hears of a stale place and of a written notice: never command about a notice, and no case."""

from __future__ import annotations

from typing import Any

from schemas.dispatch import MemberNotified, Purpose
from schemas.envelope import Recorded
from schemas.exceptions import WrittenNoticeOverdue, WrittenNoticeReminded
from schemas.policy import Role
from schemas.referrals import ResourceOutdated
from schemas.subjects import Entity, Stream, apart_id_for, derived_id
from services.dispatch.commands import StartDelivery, TellMembers
from services.dispatch.decider import DISPATCH
from services.dispatch.support_news import when_support_news
from tests.support.builders import AGENCY, NOW, a_command, a_draft, after, an
from tests.support.given import given
from tests.unit.dispatch.members import member

ENTITY = Entity(Stream.FOLLOWUP, AGENCY, apart_id_for(derived_id("one")))


def told(model: Any, *roles: Role, at: Any = NOW) -> TellMembers:
    roster = {f"x-{number}": member(role=role) for number, role in enumerate(roles)}
    draft = a_draft(an(model))
    return when_support_news(Recorded(ENTITY, draft.meta, draft.event, 1), roster, at)


def who(command: TellMembers) -> list[tuple[str | None, Purpose]]:
    return [(notice.member_id, notice.purpose) for notice in command.notices]


def test_coordinators_hear_of_places_and_others_only_where_there_are_none() -> None:
    every = told(ResourceOutdated, Role.PEER, Role.COORDINATOR, Role.PROGRAM_LEAD, Role.COORDINATOR)
    asked = Purpose.PLACE_UNCONFIRMED
    assert who(every) == [("x-1", asked), ("x-3", asked)]
    assert who(told(ResourceOutdated, Role.PEER, Role.PROGRAM_LEAD)) == [("x-1", asked)]


def test_the_mental_health_lead_hears_of_a_notice_and_command_never() -> None:
    lead = told(WrittenNoticeOverdue, Role.MHP, Role.CLINICAL_DIRECTOR, Role.COORDINATOR)
    assert who(lead) == [("x-1", Purpose.NOTICE_OVERDUE)]
    assert who(told(WrittenNoticeReminded, Role.MHP)) == [("x-0", Purpose.NOTICE_DUE)]
    assert who(told(WrittenNoticeReminded, Role.COORDINATOR, Role.PROGRAM_LEAD)) == []


def test_it_goes_out_without_a_team_and_of_places_once_a_day() -> None:
    first = told(ResourceOutdated, Role.COORDINATOR)
    again = told(ResourceOutdated, Role.COORDINATOR, at=after(hours=2))
    tomorrow = told(ResourceOutdated, Role.COORDINATOR, at=after(days=1))
    done = given(DISPATCH).when(first)
    done.then_kinds(MemberNotified)
    done.and_when(again).then_nothing()
    done.and_when(tomorrow).then_kinds(MemberNotified)


def test_it_is_needed_whatever_else_happens() -> None:
    done = given(DISPATCH).when(told(WrittenNoticeOverdue, Role.MHP))
    (notice,) = done.events
    assert isinstance(notice, MemberNotified)
    start = a_command(
        StartDelivery,
        case_id=first_id(),
        parcel_id=notice.notice_id,
        member_id=notice.member_id,
        purpose=notice.purpose,
        offer_id=None,
        channels=("phones",),
        give_up_at=after(seconds=11),
    )
    assert done.and_when(start).refusal is None


def test_its_messages_are_of_an_entity_that_no_reader_takes_for_a_case() -> None:
    entity = Entity(Stream.DISPATCH, AGENCY, first_id())
    assert entity.is_request
    assert first_id() != ENTITY.id


def first_id() -> str:
    return told(WrittenNoticeOverdue, Role.MHP).case_id
