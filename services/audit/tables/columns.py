"""What the views' tables are made of: the shared metadata, times in UTC, and whose a column is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, DateTime, Dialect, MetaData, String, TypeDecorator
from typing_extensions import override

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

    from schemas.subjects import Stream

metadata = MetaData()


class Utc(TypeDecorator[datetime]):
    """An aware time: as PostgreSQL has it, else as text in UTC, always with microseconds, so that it
    sorts as it should."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = String
    cache_ok: bool | None = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = DateTime(timezone=True) if _has_times(dialect) else String()
        return dialect.type_descriptor(kind)

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None or _has_times(dialect):
            return value
        told = value if value.tzinfo is UTC else value.astimezone(UTC)
        return told.isoformat(timespec="microseconds")

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        return value.astimezone(UTC) if value else None


def _has_times(dialect: Dialect) -> bool:
    return dialect.name == "postgresql"


def of(stream: Stream, *columns: tuple[str, Any]) -> list[Column[Any]]:
    """Columns that this stream alone writes."""
    return [Column(name, kind, info={"stream": stream}) for name, kind in columns]


def case_key() -> list[Column[Any]]:
    """The two columns that name a case."""
    return [Column("agency", String, primary_key=True), Column("case_id", String, primary_key=True)]
