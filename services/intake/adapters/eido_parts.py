"""Careful access to the loose JSON of EIDOs: whatever a value is, the answer has the asked type.

Knows the spellings seen in the wild, and nothing of what the values mean.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeAlias

from services.intake.adapters.document import BadDocument
from services.intake.adapters.plain_text import line

if TYPE_CHECKING:
    from collections.abc import Iterable

Object: TypeAlias = dict[str, Any]

MOST_PARTS = 2_000
"""Components of one kind that are looked at; a mass-casualty incident has a few hundred units."""
LATEST = ("lastUpdateTimeStamp", "lastUpdateTimestamp")
"""The standard's spelling, and that of a published client library."""
NAMES = ("$id", "componentIdentifier")


def parse_json(body: bytes) -> Any:
    """Any JSON value. Raises BadDocument, and nothing else, for what is not JSON."""
    try:
        return json.loads(body, parse_constant=_no_constant)
    except RecursionError:
        problem = "is nested too deeply"
    except json.JSONDecodeError as error:
        problem = f"this is not JSON: line {error.lineno}, column {error.colno}"
    except UnicodeDecodeError:
        problem = "holds bytes that are not UTF-8"
    except ValueError:
        problem = "this is not JSON: a number in it is not one"
    raise BadDocument("document", problem, "send one JSON document in UTF-8")


def objects(value: object) -> list[Object]:
    """The objects of an array, or of one object that stands where an array should."""
    items = value if isinstance(value, list) else [value]
    return [each for each in items[:MOST_PARTS] if isinstance(each, dict)]


def words(value: object, most: int = 120) -> list[str]:
    """The texts of an array, or of one text that stands where an array should."""
    items = value if isinstance(value, list) else [value]
    found = (word(each, most) for each in items[:MOST_PARTS])
    return [each for each in found if each]


def word(value: object, most: int = 120) -> str:
    """One line of text; a number is taken as its digits; anything else is empty."""
    if isinstance(value, str):
        return line(value, most)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**most else ""
    return ""


def first_word(parts: Iterable[Object], *keys: str, most: int = 120) -> str:
    """The first text under any of these keys: keys in order of preference, then parts in order."""
    parts = list(parts)
    return next(
        (found for key in keys for part in parts if (found := word(part.get(key), most))), ""
    )


def identity(part: Object) -> str:
    """The name that other parts refer to this one by."""
    return first_word([part], *NAMES, most=400)


def references(value: object) -> list[str]:
    """The names that a reference points to: `{"$ref": x}`, `"$ref:x"`, `"#x"`, or a list of them."""
    found: list[str] = []
    for each in value[:MOST_PARTS] if isinstance(value, list) else [value]:
        name = word(each.get("$ref") if isinstance(each, dict) else each, 400)
        found += [name.removeprefix("$ref:").removeprefix("#")] if name else []
    return found


def when(value: object) -> datetime | None:
    """An aware time in UTC; None for what is not one, or does not say its offset."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        at = datetime.fromisoformat(value.strip())
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def touched(part: Object) -> datetime | None:
    """When the part was last changed."""
    return next((at for key in LATEST if (at := when(part.get(key)))), None)


def newest(times: Iterable[datetime | None]) -> datetime | None:
    """The latest of the times that are known."""
    return max((at for at in times if at), default=None)


def earliest(times: Iterable[datetime | None]) -> datetime | None:
    """The first of the times that are known."""
    return min((at for at in times if at), default=None)


def _no_constant(_name: str) -> None:
    raise ValueError("NaN and Infinity are not JSON")
