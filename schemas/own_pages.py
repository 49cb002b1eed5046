"""Whose own page a link opens: asked of dispatch, which alone keeps the links. No name, no contact."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.envelope import Frozen, MemberId, Slug
from schemas.policy import Role


class OwnPageAsked(Frozen):
    """Followup asks whose a link is; the request's body. Asking changes nothing."""

    token: Annotated[str, Field(max_length=400, repr=False)]


class OwnPageOf(Frozen):
    """Whose link it is."""

    agency: Slug
    member_id: MemberId
    roles: tuple[Role, ...]
    """What they are designated as today; empty once they have left."""
    is_open: bool
    """Whether the link still works; after that it can only ask for a new one."""


class OwnPageTold(Frozen):
    """What a link opens: nothing, when it is none of ours or a newer one has taken its place."""

    opens: OwnPageOf | None = None
