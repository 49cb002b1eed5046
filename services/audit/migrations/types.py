"""The columns of a step as it writes them, whatever the tables are by now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Boolean, Column, Date, Float, Integer, String

from services.audit.tables.columns import Utc

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Utc", "columns", "words"]


def words() -> String:
    """Text that is compared by its bytes."""
    return String().with_variant(String(collation="C"), "postgresql")


_KINDS: dict[str, Callable[[], Any]] = {
    "key": words,
    "words": words,
    "times": Utc,
    "days": Date,
    "numbers": Integer,
    "parts": Float,
    "flags": Boolean,
    "data": JSON,
}


def columns(**names: str) -> list[Column[Any]]:
    """Columns by their kind: `key="agency case_id", times="opened_at"`. Only a key is never null."""
    return [
        Column(name, _KINDS[kind](), primary_key=kind == "key", nullable=kind != "key")
        for kind, told in names.items()
        for name in told.split()
    ]
