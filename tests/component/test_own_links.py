"""Followup learns from dispatch whose a member's own link is, and keeps nothing of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from schemas.policy import Role
from services.dispatch.own_pages import PageLinks, PageSigner
from services.dispatch.personal import PersonalRecords
from services.dispatch.roster_policy import shipped_rules
from services.followup.own_links import OwnLinks, Whose
from services.runtime.auth import Keyring
from services.runtime.bucket import MemoryBucket
from services.runtime.errors import Transient
from services.runtime.host import Ports
from services.runtime.journal_memory import MemoryJournal
from services.runtime.settings import RuntimeSettings
from tests.support.asking import asking
from tests.support.town import FrozenClock, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.support.town import Town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path, alone=True) as made:
        await made.enroll("p-1", Role.PEER)
        yield made


def links(town: Town, *, reached: bool = True) -> OwnLinks:
    ask = asking(town.services if reached else ())
    return OwnLinks(Ports(RuntimeSettings(), town.journal, town.clock, Keyring(()), ask=ask))


async def test_the_link_of_a_members_page_says_whose_it_is_for_as_long_as_it_works(
    town: Town,
) -> None:
    token = await town.own_link("p-1")
    mine = Whose(agency="metro", member_id="p-1", roles=(Role.PEER,), is_open=True)
    assert await links(town).whose(token) == mine

    await town.advance(days=366)
    old = await links(town).whose(token)
    assert old is not None
    assert not old.is_open

    answer = await town.http.post("/v1/roster/members/p-1/invite?fresh=true")
    assert answer.is_success
    assert await links(town).whose(token) is None, "a newer one has taken its place"


async def test_who_has_left_has_no_role_any_more(town: Town) -> None:
    token = await town.own_link("p-1")
    left = await town.http.post("/v1/roster/members/p-1/leave", json={"on": "2026-03-02"})
    assert left.is_success, left.text
    await town.advance(days=2)
    found = await links(town).whose(token)
    assert found is not None
    assert found.roles == ()


async def test_nothing_that_was_altered_or_made_up_opens_anything(town: Town) -> None:
    token = await town.own_link("p-1")
    for made_up in (token[:-1], token + "x", token.replace("p-1", "p-2"), "metro.p-1", "", "*.>"):
        assert await links(town).whose(made_up) is None, made_up
    other = token.replace("metro.", "other.", 1)
    assert await links(town).whose(other) is None


async def test_messages_make_one_link_and_keep_it_however_many_are_sent_at_once() -> None:
    clock, personal = FrozenClock(), PersonalRecords(MemoryBucket())
    ports = Ports(RuntimeSettings(), MemoryJournal(), clock, Keyring(()))
    rules = shipped_rules()
    made = PageLinks(ports, personal, PageSigner("a secret"), rules)

    tokens = await asyncio.gather(*(made.of("metro", "p-1") for _ in range(5)))
    assert len(set(tokens)) == 1
    first = await personal.own_page("metro", "p-1")
    assert first is not None

    clock.at += timedelta(days=5)
    assert await made.of("metro", "p-1") == tokens[0]
    later = await personal.own_page("metro", "p-1")
    assert later is not None
    assert later.valid_until - first.valid_until == timedelta(days=5)
    assert later.sent_at == first.sent_at, "whoever asks for a new one is not held up by messages"


async def test_without_dispatch_it_can_be_tried_again(town: Town) -> None:
    token = await town.own_link("p-1")
    with pytest.raises(Transient):
        await links(town, reached=False).whose(token)
