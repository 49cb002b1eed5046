"""Every address of every service, for every role: the answer is the one of the access table.

The addresses are read from the routers, so a new one is asked for its row here before it opens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.subjects import Stream
from services.audit.console.nav import home
from services.runtime.access import ROLES, May, may, who_may
from services.runtime.access_rows import (
    CODED,
    FORMS,
    KEYED,
    OPEN,
    PAGES,
    SECRETS,
    is_link,
    needed,
)
from services.runtime.auth import KeyRole, Principal
from services.runtime.edge import PROBLEM
from tests.support.doors import Address, Doors, all_doors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_ENDLESS = "GET /live"
"""A stream that never ends: who may not is turned away from it, who may is tested with the console."""
_OF_A_SERVER = "/v1/deadletters"
"""They are in a server that is not here; tests/integration reads them."""
_ONLY_IN_A_DEMO = "GET /phones"


@pytest.fixture
async def doors(tmp_path: Path) -> AsyncIterator[Doors]:
    async with all_doors(tmp_path) as found:
        yield found


def _may(role: KeyRole, address: Address) -> bool:
    what = needed(str(address))
    return what is not None and may(Principal(label="x", agency="metro", role=role), what)


def _those(doors: Doors, rows: object) -> list[Address]:
    return [each for each in doors.addresses if str(each) in rows]  # type: ignore[operator]


async def test_every_address_has_its_row_and_every_row_its_address(doors: Doors) -> None:
    addresses = {str(each) for each in doors.addresses}
    assert len(addresses) > 150
    rows = {*KEYED, *PAGES, *FORMS, *CODED, *OPEN, *SECRETS}
    missing = [each for each in sorted(addresses) if each not in rows and not is_link(each)]
    assert not missing, f"add a row to services/runtime/access_rows.py for: {missing}"
    of_the_host = {"GET /healthz", "GET /metrics", "GET /asyncapi.json", "GET /openapi.json"}
    assert rows - addresses - of_the_host == set(), "rows of no address: take them out"
    assert sum(map(len, (KEYED, PAGES, FORMS, CODED, OPEN, SECRETS))) == len(rows)


async def test_without_a_key_that_is_known_no_program_gets_anywhere(doors: Doors) -> None:
    for address in _those(doors, KEYED):
        for key in ("", "tb_nobody", doors.keys["expired operator"]):
            answer = await doors.send(address, key)
            assert answer.status_code == 401, (str(address), answer.text)
            assert answer.headers["content-type"] == PROBLEM
            assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("role", KeyRole)
async def test_a_program_is_answered_as_the_table_says(doors: Doors, role: KeyRole) -> None:
    for address in _those(doors, KEYED):
        if address.path.startswith(_OF_A_SERVER) and _may(role, address):
            continue
        answer = await doors.send(address, doors.keys[role])
        if _may(role, address):
            assert answer.status_code not in {401, 403}, (str(address), answer.text)
            continue
        assert answer.status_code == 403, (str(address), answer.text)
        assert answer.json()["type"] == "urn:tailboard:problem:role"
        assert "Ask somebody with the role" in answer.json()["detail"]


async def test_without_a_session_each_page_leads_to_sign_in(doors: Doors) -> None:
    for address in _those(doors, PAGES):
        for key in ("", doors.keys["expired operator"]):
            answer = await doors.look(address, key)
            if str(address) == _ENDLESS:
                assert answer.status_code == 401
                continue
            assert answer.status_code == 303, str(address)
            assert answer.headers["location"].startswith("/sign-in?next=")


@pytest.mark.parametrize("role", KeyRole)
async def test_a_page_is_shown_as_the_table_says(doors: Doors, role: KeyRole) -> None:
    first = home(Principal(label="x", agency="metro", role=role))
    for address in _those(doors, PAGES):
        if str(address) == _ENDLESS and _may(role, address):
            continue
        answer = await doors.look(address, doors.keys[role])
        if not first:
            assert answer.status_code in {303, 401}, "no page opens to this key: nor does sign-in"
        elif _may(role, address):
            there = address.path.count("{") == 0 and str(address) != _ONLY_IN_A_DEMO
            assert answer.status_code == (200 if there else 404), str(address)
        elif address.path == "/":
            assert (answer.status_code, answer.headers["location"]) == (303, first)
        else:
            assert answer.status_code == 403, str(address)


@pytest.mark.parametrize("role", [role for role in KeyRole if role is not KeyRole.MEMBER])
async def test_no_link_of_a_page_leads_where_the_key_may_not(doors: Doors, role: KeyRole) -> None:
    pages = [
        each
        for each in _those(doors, PAGES)
        if _may(role, each) and "{" not in each.path and str(each) != _ENDLESS
    ]
    assert pages
    for address in pages:
        text = (await doors.look(address, doors.keys[role])).text
        for other in _those(doors, PAGES):
            if not _may(role, other) and other.path != "/":
                assert f'href="{other.path}"' not in text, (str(address), other.path)


async def test_a_form_without_a_pass_changes_nothing(doors: Doors) -> None:
    before = [doors.town.journal.messages(stream) for stream in Stream]
    for address in _those(doors, FORMS):
        answer = await doors.send(address, doors.keys["operator"])
        assert answer.status_code in {303, 422}, (str(address), answer.text)
    assert [doors.town.journal.messages(stream) for stream in Stream] == before


async def test_what_is_open_says_nothing_about_anybody(doors: Doors) -> None:
    for address in _those(doors, OPEN):
        assert (await doors.send(address)).status_code < 500, str(address)


def test_each_capability_is_somebody_s_and_what_is_not_written_down_is_nobody_s() -> None:
    assert all(who_may(what) for what in May)
    assert set(ROLES) == set(KeyRole)
    assert needed("GET /v1/not-written-down") is None


def test_who_must_not_see_people_has_no_way_to() -> None:
    people = {May.READ_CASES, May.SEE_ROSTER, May.SEE_PHONES, May.SEE_ON_CALL, May.SEE_LOAD}
    for role in (KeyRole.COMMAND, KeyRole.AUDITOR, KeyRole.FACILITATOR, KeyRole.MEMBER):
        assert not ROLES[role] & {*people, May.DECIDE, May.BREAK_GLASS, May.EXPORT}
    assert who_may(May.SEE_LOAD) == (KeyRole.MHP_LEAD,)
    assert May.READ_CASES not in ROLES[KeyRole.PROGRAM_LEAD], "never who was helped"


def test_no_address_about_people_needs_what_command_has() -> None:
    about = ("/cases", "roster", "rota", "private", "activations", "watch", "sessions", "reviews")
    about += ("exceptions", "check-ins", "phones", "live", "workload", "raise")
    rows = {**KEYED, **PAGES, **FORMS}
    found = {address: what for address, what in rows.items() if any(w in address for w in about)}
    assert len(found) > 80
    for role in (KeyRole.COMMAND, KeyRole.AUDITOR, KeyRole.FACILITATOR, KeyRole.MEMBER):
        assert not [address for address, what in found.items() if what in ROLES[role]], role
