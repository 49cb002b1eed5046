"""A way to call back whose request was never recorded goes, once the streams can say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from services.dispatch.orphans import Orphans
from services.runtime.auth import KeyRole, add_key
from services.runtime.bucket import MemoryBucket
from services.runtime.errors import Transient
from tests.support.town import Town, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from services.dispatch.requests import RequestDesk

UNKNOWN = "metro.request-00000000-0000-5000-8000-000000000001"


@dataclass(frozen=True, slots=True)
class Kept:
    """A town, and what is kept of those who asked."""

    town: Town
    code: str
    desk: RequestDesk

    async def emergency(self) -> int:
        given = {"code": self.code, "callback": "station 4", "emergency": "yes"}
        answer = await self.town.http.post("/ask", data=given, headers={"Authorization": ""})
        return answer.status_code

    @property
    def bucket(self) -> MemoryBucket:
        assert isinstance(self.desk.contacts, MemoryBucket)
        return self.desk.contacts

    def ways(self) -> int:
        return sum(".request-" in key for key in self.bucket._values)


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    code = add_key(tmp_path / "keys.json", "members", "metro", KeyRole.MEMBER)
    async with a_town(tmp_path) as town:
        await town.enroll_team(peers=1, mhps=1)
        listeners = [each for service in town.services for each in service.listeners]
        due = next(each for each in listeners if each.name == "dispatch-due")
        yield Kept(town, code, due.react.__self__.requests)  # type: ignore[attr-defined]


async def test_an_emergency_that_nothing_could_record_is_forgotten_once_that_is_known(
    kept: Kept,
) -> None:
    kept.town.journal.reachable = False
    assert await kept.emergency() == 503
    orphans = Orphans(kept.desk)
    with pytest.raises(Transient):
        await orphans.tidy("metro")
    assert kept.ways() == 1, "it may have been recorded after all"

    kept.town.journal.reachable = True
    await orphans.tidy("metro")
    await orphans.tidy("metro")

    assert kept.ways() == 0


async def test_what_is_on_its_way_waits_a_round_and_what_is_recorded_stays(kept: Kept) -> None:
    assert await kept.emergency() == 303
    await kept.bucket.put(UNKNOWN, b"{}")
    orphans = Orphans(kept.desk)

    await orphans.tidy("metro")
    assert kept.ways() == 2
    await orphans.tidy("metro")

    assert kept.ways() == 1
    assert await kept.bucket.get(UNKNOWN) is None


async def test_members_contacts_are_not_touched(kept: Kept) -> None:
    before = {key for key in kept.bucket._values if ".request-" not in key}
    orphans = Orphans(kept.desk)
    await orphans.tidy("metro")
    await orphans.tidy("metro")

    assert before
    assert {key for key in kept.bucket._values if ".request-" not in key} == before
