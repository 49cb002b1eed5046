"""Whose a member's own link is. Followup keeps no link and no contact: it asks dispatch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import ValidationError

from schemas.own_pages import OwnPageAsked, OwnPageOf, OwnPageTold
from services.runtime.errors import Transient

if TYPE_CHECKING:
    from services.runtime.host import Ports

Whose = OwnPageOf
"""Whose link it is: agency, roster number, roles, and whether it still works."""
_PATIENCE_SECONDS = 2.0
_OURS = re.compile(r"(?P<agency>[a-z0-9][a-z0-9-]{0,62})\.[A-Za-z0-9._-]{1,300}")
"""The shape of a token; only dispatch can tell whether it is one. Nothing else goes into a subject."""


@dataclass(frozen=True, slots=True)
class OwnLinks:
    """Asks dispatch over request and reply."""

    ports: Ports

    async def whose(self, token: str) -> Whose | None:
        """Whose link it is; None for one that opens nothing (any more). Raises Transient when
        dispatch does not answer, or not so that we understand it."""
        found = _OURS.fullmatch(token)
        if found is None:
            return None
        body = OwnPageAsked(token=token).model_dump_json().encode()
        subject = f"dispatch.{found['agency']}.own_page"
        answer = await self.ports.ask(subject, body, _PATIENCE_SECONDS)
        try:
            return OwnPageTold.model_validate_json(answer).opens
        except ValidationError as unclear:
            raise Transient("dispatch does not say whose link it is") from unclear
