"""A person who keeps a count for themselves, with a phone that a test reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.dispatch.check_in_offers import CheckInOffers
from services.runtime.bucket import MemoryBucket
from tests.scenarios.calls import PEDIATRIC_DEATH

if TYPE_CHECKING:
    import httpx

    from services.dispatch.cumulative import Enrolment
    from tests.support.town import Town

NOBODY = {"Authorization": ""}
_PAGE = re.compile(r"http://town\.invalid(/exposure/(?!leave/)\S+)")
_LEAVE = re.compile(r"http://town\.invalid(/exposure/leave/\S+)")


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever they are, `name@phones.invalid` is how they are reached."""

    town: Town
    code: str
    name: str = "avery"

    @property
    def address(self) -> str:
        return f"{self.name}@phones.invalid"

    async def ask_to_enrol(self, units: str = "E12", **fields: str) -> httpx.Response:
        given = {"code": self.code, "contact": self.address, "units": units} | fields
        return await self.town.http.post("/exposure", data=given, headers=NOBODY)

    async def enrol(self, units: str = "E12") -> str:
        """Ask, open the link, agree; the path of the private page."""
        answer = await self.ask_to_enrol(units)
        assert answer.status_code == 303, answer.text
        return await self.agree(units)

    async def agree(self, units: str = "E12") -> str:
        path = self.link()
        agreed = await self.town.http.post(path, data={"units": units}, headers=NOBODY)
        assert agreed.status_code == 303, agreed.text
        self.town.phones.look(self.name)
        return path

    def link(self) -> str:
        """The path of the private page in the newest message that holds one."""
        return self._found(_PAGE)

    def leaving(self) -> str:
        """The path in the newest offer that can do nothing but leave."""
        return self._found(_LEAVE)

    def _found(self, link: re.Pattern[str]) -> str:
        for message in reversed(self.town.phones.received[self.name]):
            if found := link.search(message.text):
                return found[1]
        raise AssertionError(f"{self.name} got no such link")

    async def page(self, path: str) -> str:
        return (await self.town.http.get(path, headers=NOBODY)).text


def offers_of(town: Town) -> CheckInOffers:
    """The part of dispatch that counts."""
    listeners = [each for service in town.services for each in service.listeners]
    counts = next(each for each in listeners if each.name == "dispatch-counts-activations")
    offers = counts.react.__self__  # type: ignore[attr-defined]
    assert isinstance(offers, CheckInOffers)
    return offers


def bucket_of(town: Town) -> MemoryBucket:
    """All that can be erased."""
    bucket = offers_of(town).enrolments.bucket
    assert isinstance(bucket, MemoryBucket)
    return bucket


async def records(town: Town) -> list[Enrolment]:
    """Everybody's records, which no door of the service shows."""
    return list((await offers_of(town).enrolments.all("metro")).values())


async def hard_call(town: Town, number: int, *units: str, **fields: Any) -> str:
    """A child dies (tier 2), with these units on the call; the case."""
    told = {"incident_number": f"26-{number:06}", "units": list(units or ("E12",))}
    taken = await town.report(**(PEDIATRIC_DEATH | told | fields))
    return str(taken["case_id"])


async def adds_up(town: Town, *units: str) -> list[str]:
    """Three grave calls on three days."""
    cases = []
    for number in range(3):
        cases.append(await hard_call(town, number, *units))
        await town.advance(days=1)
    return cases
