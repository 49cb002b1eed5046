"""Which pages a key opens: the navigation, the first page, and no link that leads nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.runtime.access import NAMES, May, may
from services.runtime.access_rows import needed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.runtime.auth import Principal

_FIRST = ("/", "/response-times", "/places")
"""Where somebody begins who did not say where to."""


def opens(who: Principal | None, path: str) -> bool:
    """Whether this key opens the page of this path, such as `/cases/{case_id}`."""
    what = needed(f"GET {path}")
    return what is not None and may(who, what)


def openable(
    pages: Iterable[tuple[str, str, str]], who: Principal | None
) -> list[tuple[str, str, str]]:
    """Those of these pages, each a key, a path and a label, that this key opens."""
    return [page for page in pages if opens(who, page[1])]


def home(who: Principal | None) -> str | None:
    """The first page that this key opens; None when it opens none."""
    return next((path for path in _FIRST if opens(who, path)), None)


def role_name(who: Principal) -> str:
    """How people call this key's role."""
    return NAMES[who.role]


def able(who: Principal | None, what: str) -> bool:
    """Whether this key may do this, by the name that it has in the code, such as `DECIDE`."""
    return may(who, May[what])
