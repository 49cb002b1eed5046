"""A report on its way, and what became of it; knows nothing of the network."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.cli.spool import Kept

_XML = frozenset({"cap", "nemsis"})


class Fate(StrEnum):
    """What became of one report."""

    TAKEN = "taken"
    REFUSED = "refused"
    KEPT = "kept"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A report on its way, with the key that makes sending it twice harmless."""

    place: str
    report: dict[str, Any]
    key: str
    kept: Kept | None = None
    """Where it already waits, when it comes from the spool."""
    form: str = "native"
    """Of another format, `report` holds the whole document: `{"document": base64}`."""

    @property
    def lane_key(self) -> str:
        """Reports with the same one go one after the other."""
        if self.form != "native":
            return self.form  # several documents may tell one incident: in the order they came
        number = self.report.get("incident_number")
        return f"{self.report.get('source')}\x1f{number}" if number else ""

    @property
    def path(self) -> str:
        """Where it is posted to."""
        return "/v1/incidents" if self.form == "native" else f"/v1/incidents:{self.form}"

    @property
    def content(self) -> bytes:
        """What is posted."""
        if self.form == "native":
            return json.dumps(self.report).encode()
        return base64.b64decode(self.report["document"])

    @property
    def content_type(self) -> str:
        """What the content says it is; the server looks at the content itself."""
        return "application/xml" if self.form in _XML else "application/json"


@dataclass(frozen=True, slots=True)
class Sent:
    """The end of one parcel. `answers` is the server's JSON when it was taken: one for each report
    in it, which a document of another format may hold several of, or none."""

    place: str
    fate: Fate
    from_spool: bool = False
    answers: tuple[dict[str, Any], ...] = ()
    reason: str = ""
