"""One finding of the doctor."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was found, and what to do when it is not good, or will soon not be."""

    name: str
    good: bool
    what: str
    remedy: str = ""
    soon: bool = False
    """Nothing is wrong yet: it is shown with its remedy, and does not count as wrong."""

    @property
    def mark(self) -> str:
        """How it begins on the screen."""
        if not self.good:
            return "BAD "
        return "soon" if self.soon else "ok  "
