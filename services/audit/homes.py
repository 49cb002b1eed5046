"""Where the views of each version live: a file each in SQLite, a schema each in PostgreSQL.

Two versions never share a table: while a new one is filled, the old one goes on answering. Beside the
views of a version there may be the `next` ones, which a rebuild fills and then puts in their place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from services.audit import dialects, migrations, tables
from services.runtime.telemetry import log

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_LEGACY = 0
"""The version of a file that was made when a file's name told none."""
_NEXT = "next"


@dataclass(frozen=True, slots=True)
class Home:
    """The views of one version at `url`; with `is_next`, those that are being filled."""

    url: str
    version: int
    is_next: bool = False

    @property
    def name(self) -> str:
        """The file's path, or the schema's name."""
        if not dialects.is_file(self.url):
            last = f"_{_NEXT}" if self.is_next else ""
            return f"{dialects.schema_of(self.url)}_v{self.version}{last}"
        path = Path(make_url(self.url).database or "")
        if self.version == _LEGACY:
            return str(path)
        last = f".{_NEXT}" if self.is_next else ""
        return str(path.with_name(f"{path.stem}.v{self.version}{last}{path.suffix}"))

    @property
    def next(self) -> Home:
        """The views that a rebuild of these fills."""
        return replace(self, is_next=True)

    def engine(self, *, pooled: bool = True) -> Engine:
        """An engine that sees these views alone."""
        if dialects.is_file(self.url):
            return dialects.engine_for_file(self.name)
        return dialects.engine_for_schema(self.url, self.name, pooled=pooled)

    def exists(self) -> bool:
        """Whether there is anything. Raises OperationalError when the database is away."""
        if dialects.is_file(self.url):
            return Path(self.name).exists()
        return any(home == self for home in found(self.url))

    def size(self) -> int:
        """Bytes on disk."""
        if dialects.is_file(self.url):
            return sum(path.stat().st_size for path in _files(self.name) if path.exists())
        engine = self.engine(pooled=False)
        with engine.begin() as connection:
            return dialects.schema_bytes(connection, self.name)

    def erase(self) -> None:
        """Delete it with everything in it; the streams keep what it was made of."""
        if dialects.is_file(self.url):
            for path in _files(self.name):
                path.unlink(missing_ok=True)
            return
        with self.engine(pooled=False).begin() as connection:
            dialects.drop_schemas(connection, [self.name])


def current(url: str) -> Home:
    """The views of this Tailboard's version."""
    return Home(url, tables.VERSION)


def found(url: str) -> list[Home]:
    """The views that there are, of any version, the oldest first."""
    if dialects.is_file(url):
        path = Path(make_url(url).database or "")
        names = [each.name for each in path.parent.glob(f"{path.stem}*{path.suffix}")]
        pattern = rf"{re.escape(path.stem)}(?:\.v(\d+)(\.{_NEXT})?)?{re.escape(path.suffix)}"
    else:
        prefix = dialects.schema_of(url)
        with dialects.engine_for_schema(url, prefix, pooled=False).begin() as connection:
            names = dialects.schemas(connection, f"{prefix}_v")
        pattern = rf"{prefix}_v(\d+)(_{_NEXT})?"
    matches = [match for name in names if (match := re.fullmatch(pattern, name))]
    homes = [Home(url, int(each[1] or _LEGACY), bool(each[2])) for each in matches]
    return sorted(homes, key=lambda home: (home.version, home.is_next))


def outdated(url: str) -> list[Home]:
    """The views of earlier versions. Those of a later one belong to a newer Tailboard."""
    return [home for home in found(url) if home.version < tables.VERSION]


def opened(home: Home) -> Engine:
    """The views, made where there are none, and brought up to date in place where they can be.

    Raises DatabaseError where a file is damaged, OperationalError where the database is away.
    """
    engine = home.engine()
    try:
        with dialects.begin_write(engine).begin() as connection:
            dialects.take_turn(connection, home.name)
            if not dialects.is_file(home.url):
                dialects.make_schema(connection, home.name)
            _settle(connection, home)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _settle(connection: Connection, home: Home) -> None:
    revision = migrations.stamped(connection)
    if revision is None:
        dialects.create(connection)
        migrations.stamp(connection)
    elif revision < migrations.head():
        log.info("views_migrated", views=Path(home.name).name, since=revision)
        migrations.upgrade(connection)


def _files(database: str) -> list[Path]:
    return [Path(f"{database}{suffix}") for suffix in ("", "-wal", "-shm", "-journal")]
