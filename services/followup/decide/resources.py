"""The agency's list of places: listed, confirmed, removed, and stale when nobody tries them."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, assert_never
from zoneinfo import ZoneInfo

from schemas.referrals import (
    ResourceConfirmed,
    ResourceListed,
    ResourceOutdated,
    ResourceRemoved,
)
from schemas.refusals import Refusal, RefusalCode
from services.followup.support_commands import (
    ConfirmResource,
    DirectoryCommand,
    GoStale,
    ListResources,
    RemoveResource,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from schemas.envelope import Event
    from schemas.referrals import Resource
    from services.followup.support_state import Directory

_UNKNOWN = Refusal(RefusalCode.UNKNOWN_ITEM, "The directory has no such place.")
_LATER = Refusal(RefusalCode.NOT_YET, "confirmed_on lies ahead: confirm a place once you tried it.")
_FRESH = Refusal(RefusalCode.TIMER_NO_LONGER_NEEDED, "It is gone, or was confirmed since.")


def keep_directory(command: DirectoryCommand, state: Directory) -> Sequence[Event] | Refusal:
    """What follows from a command about the directory."""
    match command:
        case ListResources():
            return _list(command, state)
        case ConfirmResource():
            return _confirm(command, state)
        case RemoveResource(resource_id=name):
            return (ResourceRemoved(resource_id=name),) if name in state.places else _UNKNOWN
        case GoStale():
            return _go_stale(command, state)
        case _:
            assert_never(command)


def stale_at(confirmed_on: date, command: ListResources | ConfirmResource) -> datetime:
    """When the day on which it is stale begins, on the agency's wall clock, as UTC."""
    day = confirmed_on + command.stale_after
    return datetime.combine(day, time(), ZoneInfo(command.zone)).astimezone(UTC)


def _list(command: ListResources, state: Directory) -> Sequence[Event] | Refusal:
    taken = [each.resource_id for each in command.resources if each.resource_id in command.built_in]
    if taken:
        detail = f"{taken[0]} is the id of a place that comes with Tailboard: take another id."
        return Refusal(RefusalCode.RESERVED_ID, detail)
    today = command.now.astimezone(ZoneInfo(command.zone)).date()
    if any(each.confirmed_on and each.confirmed_on > today for each in command.resources):
        return _LATER
    return (*_changed(command, state), *_gone(command, state))


def _changed(command: ListResources, state: Directory) -> Iterator[Event]:
    for each in command.resources:
        known = state.places.get(each.resource_id)
        wanted = _with_its_day(each, known.resource if known else None)
        if known is None or known.resource != wanted:
            at = stale_at(wanted.confirmed_on, command) if wanted.confirmed_on else None
            yield ResourceListed(resource=wanted, stale_at=at)


def _with_its_day(told: Resource, known: Resource | None) -> Resource:
    """A list without days does not take back that somebody tried a place which is still the same."""
    if told.confirmed_on is not None or known is None:
        return told
    again = told.model_copy(update={"confirmed_on": known.confirmed_on})
    return again if again == known else told


def _gone(command: ListResources, state: Directory) -> Iterator[Event]:
    if not command.whole:
        return
    named = {each.resource_id for each in command.resources}
    for name in state.places:
        if name not in named:
            yield ResourceRemoved(resource_id=name)


def _confirm(command: ConfirmResource, state: Directory) -> Sequence[Event] | Refusal:
    place = state.places.get(command.resource_id)
    if place is None:
        return _UNKNOWN
    if command.confirmed_on > command.now.astimezone(ZoneInfo(command.zone)).date():
        return _LATER
    before = place.resource.confirmed_on
    if before and before >= command.confirmed_on:
        return ()
    at = stale_at(command.confirmed_on, command)
    return (
        ResourceConfirmed(
            resource_id=command.resource_id, confirmed_on=command.confirmed_on, stale_at=at
        ),
    )


def _go_stale(command: GoStale, state: Directory) -> Sequence[Event] | Refusal:
    place = state.places.get(command.resource_id)
    if place is None or place.stale_at is None or place.warned or place.stale_at > command.due_at:
        return _FRESH
    if command.now < place.stale_at:
        return Refusal(RefusalCode.TIMER_NOT_DUE, "It still counts as confirmed.")
    day = place.resource.confirmed_on
    return (ResourceOutdated(resource_id=command.resource_id, confirmed_on=day),) if day else _FRESH
