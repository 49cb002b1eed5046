"""Ways to call back whose request was never recorded: they are erased, and nobody is told.

An emergency stores how to call back before it is recorded. When the streams are away just then, nobody
can say whether it was, so what is stored stays until they are back.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.subjects import Entity, Stream
from services.dispatch.requests import PREFIX
from services.runtime.errors import Transient
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from services.dispatch.requests import RequestDesk


@dataclass(frozen=True, slots=True)
class Orphans:
    """What an earlier round found without a request: it may just be on its way into the streams."""

    desk: RequestDesk
    _seen: set[str] = field(default_factory=set)

    async def tidy(self, agency: str) -> None:
        """Erase what has no request in two rounds running. Raises Transient."""
        alone = [
            entity
            for key in await self.desk.contacts.under(agency)
            if (entity := _entity(agency, key))
            and (await self.desk.standing(entity)).request is None
        ]
        for entity in alone:
            if entity.id in self._seen:
                await self.desk.erase(entity)
        self._seen.clear()
        self._seen.update(each.id for each in alone)

    async def keep(self) -> None:
        """A round every hour, for ever: run as a background job."""
        while True:
            try:
                await self.tidy(self.desk.ports.settings.agency)
            except Transient as trouble:
                log.warning("tidied_later", reason=str(trouble))
            await asyncio.sleep(3600)  # noqa: TID251 - no timer: there is no case that could hold it


def _entity(agency: str, key: str) -> Entity | None:
    name = key.removeprefix(f"{agency}.")
    if not name.startswith(PREFIX):
        return None
    return Entity(Stream.DISPATCH, agency, name.removeprefix(PREFIX))
