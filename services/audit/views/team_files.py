"""Reads what the store knows of teams, many cases at once; judges nothing."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select

from services.audit import tables
from services.audit.views.team_rows import Alarm, Amendment, Delivery, Offer, Search

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Table

    from services.audit.views.case_file import CaseFile

_Row = TypeVar("_Row", Search, Offer, Delivery, Alarm, Amendment)


def searches(connection: Connection, agency: str, among: Iterable[str]) -> dict[str, Search]:
    """What each of these cases looks for; one whose search has not begun is left out."""
    return dict(_rows(connection, tables.searches, Search, agency, among, "since"))


def read_teams(connection: Connection, agency: str, found: dict[str, CaseFile]) -> None:
    """Fill the files of these cases with their teams."""
    for case_id, offer in _rows(connection, tables.offers, Offer, agency, found, "expires_at"):
        found[case_id].offers[offer.offer_id] = offer
    for case_id, sent in _rows(
        connection, tables.deliveries, Delivery, agency, found, "changed_at"
    ):
        found[case_id].deliveries[sent.delivery_id] = sent
    for case_id, alarm in _rows(connection, tables.alarms, Alarm, agency, found, "called_at"):
        found[case_id].alarms[alarm.alarm_id] = alarm
    for case_id, change in _rows(
        connection, tables.amendments, Amendment, agency, found, "member_id"
    ):
        found[case_id].amendments[change.member_id] = change
    for file in found.values():
        file.told.update(_told(file))


def _told(file: CaseFile) -> dict[str, list[Delivery]]:
    """By offer, the messages that told its member: one per channel, the newest last."""
    found: dict[str, list[Delivery]] = {offer_id: [] for offer_id in file.offers}
    by_mail = {offer.member_id: offer for offer in file.offers.values()}
    for each in file.deliveries.values():
        if each.purpose == "offer":
            offer_id = each.offer_id or _by_mail(each, by_mail)
            if offer_id in found:
                found[offer_id].append(each)
    for told in found.values():
        if len(told) > 1:
            told.sort(key=lambda each: (each.started_at or each.changed_at, each.channel))
    return found


def _by_mail(each: Delivery, newest: dict[str, Offer]) -> str:
    """A message of the days when mail was the only channel names its member and no offer."""
    offer = newest.get(each.member_id)
    return offer.offer_id if offer and each.changed_at >= offer.offered_at else ""


def _rows(
    connection: Connection,
    table: Table,
    kind: type[_Row],
    agency: str,
    among: Iterable[str],
    begun: str,
) -> Iterator[tuple[str, _Row]]:
    """Rows by case; one without its beginning (its event is one that we cannot read) is left out."""
    columns = [table.c[each.name] for each in fields(kind)]
    known = (table.c.agency == agency, table.c.case_id.in_(list(among)))
    query = select(table.c.case_id, *columns).where(*known, table.c[begun].is_not(None))
    for case_id, *values in connection.execute(query):
        yield case_id, kind(*values)
