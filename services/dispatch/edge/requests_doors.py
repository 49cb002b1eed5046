"""Who may ask for a peer: everybody, or everybody who has the members' shared key. Nobody by name.

The holder of a key is not looked at beyond its agency: its label goes nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.runtime.access import May, may

if TYPE_CHECKING:
    from services.runtime.auth import Keyring


@dataclass(frozen=True, slots=True)
class Doors:
    """Open to all who reach the page, or with a key."""

    keyring: Keyring
    agency: str
    is_open: bool

    def agency_of(self, key: str, what: May = May.ASK_FOR_A_PEER) -> str | None:
        """Whose members are asked; None when the key opens nothing, or its role may not do this."""
        principal = self.keyring.find(key.strip()) if key.strip() else None
        if principal and may(principal, what):
            return principal.agency
        return self.agency if self.is_open else None
