"""What SQLite and PostgreSQL do differently; nothing else in audit names either of them."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Index,
    MetaData,
    NullPool,
    String,
    Table,
    create_engine,
    event,
    func,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError

from services.audit import tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Insert

READERS = 4
"""How many reads PostgreSQL answers at once, beside the one writer."""
_SCHEMA = re.compile(r"^[a-z][a-z0-9_]{0,39}$")
_EXACT = "C"
"""Text is compared by its bytes, as SQLite does: ids are looked up by their beginnings."""
_LOCK_WAIT_SECONDS = 30.0
_AWAY_SECONDS = 5
_NO_SUCH_TABLE = "42P01"
_SQLITE, _POSTGRESQL = "sqlite", "postgresql"


def checked(url: str) -> str:
    """The URL, when it names a place where views can live. Raises ValueError with what to write.

    The schema of PostgreSQL is named in the URL, `?schema=metro`; it is `tailboard` otherwise.
    """
    try:
        parsed = make_url(url)
    except Exception as error:
        raise ValueError(_WRITE) from error
    if parsed.drivername == "postgresql":
        raise ValueError("name the driver: write postgresql+psycopg://USER@HOST/DATABASE")
    if parsed.drivername not in {"sqlite", "postgresql+psycopg"} or not parsed.database:
        raise ValueError(_WRITE)
    if not is_file(url) and not _SCHEMA.match(schema_of(url)):
        raise ValueError("the schema is at most 40 small letters, digits and underlines")
    return url


_WRITE = (
    "the views live in SQLite or PostgreSQL: write sqlite:////var/lib/tailboard/audit.sqlite3 or "
    "postgresql+psycopg://USER@HOST/DATABASE"
)


def is_file(url: str) -> bool:
    """Whether the views are a file of this machine, rather than a server's schema."""
    return make_url(url).get_backend_name() == _SQLITE


def schema_of(url: str) -> str:
    """What the names of PostgreSQL's schemas begin with."""
    return str(make_url(url).query.get("schema", "tailboard"))


def shown(url: str) -> str:
    """The URL for people: without its password."""
    return make_url(url).render_as_string(hide_password=True)


def engine_for_file(file: str) -> Engine:
    """An engine on one SQLite file. One thread uses it at a time."""
    engine = create_engine(
        URL.create(_SQLITE, database=file),
        connect_args={"check_same_thread": False, "timeout": _LOCK_WAIT_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        """The streams are the truth, so losing the last moments in a power cut costs nothing."""
        connection.isolation_level = None  # the driver begins nothing by itself: see on_begin
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def engine_for_schema(url: str, schema: str, *, pooled: bool = True) -> Engine:
    """An engine that sees one schema of a PostgreSQL database; times come back in UTC."""
    place = make_url(url).difference_update_query(["schema"])
    pool: dict[str, Any] = {"pool_size": READERS + 1} if pooled else {"poolclass": NullPool}
    return create_engine(
        place,
        connect_args={
            "options": f"-c search_path={schema} -c timezone=UTC",
            "connect_timeout": _AWAY_SECONDS,
            "application_name": "tailboard-audit",
        },
        **pool,
    )


def begin_read(engine: Engine) -> Engine:
    """The same engine for a read: one snapshot from its first to its last query."""
    if engine.dialect.name == _SQLITE:
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def begin_write(engine: Engine) -> Engine:
    """The same engine for a write: on SQLite it waits for its turn before it reads anything."""
    return engine.execution_options(writes=True) if engine.dialect.name == _SQLITE else engine


def take_turn(connection: Connection, name: str) -> None:
    """Wait until no other process writes what has this name; held to the transaction's end.

    So the entries' ids become visible in the order in which they were given, whoever writes them.
    """
    if connection.dialect.name == _POSTGRESQL:
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))


def create(connection: Connection) -> None:
    """Make every table and index where nothing is yet."""
    for_this = exact() if connection.dialect.name == _POSTGRESQL else tables.metadata
    for_this.create_all(connection, checkfirst=False)


def drop_indexes(connection: Connection) -> None:
    """For a large load; what keeps rows apart stays."""
    for index in _indexes():
        index.drop(connection)


def create_indexes(connection: Connection) -> None:
    """Make the indexes again, and let the database know how many rows there are."""
    for index in _indexes():
        index.create(connection)
    connection.exec_driver_sql("ANALYZE")


def _indexes() -> list[Index]:
    return [index for table in tables.metadata.sorted_tables for index in table.indexes]


def put_schema_in_place(connection: Connection, old: str, new: str) -> None:
    """Let `new` be what `old` was, within the connection's transaction."""
    drop_schemas(connection, [old])
    connection.exec_driver_sql(f'ALTER SCHEMA "{new}" RENAME TO "{old}"')


def put_file_in_place(old: str, new: str) -> None:
    """Let the file `old` hold what `new` holds, in one transaction.

    The rows are copied: whoever has the file open must find them in that very file.
    """
    with contextlib.closing(sqlite3.connect(old, _LOCK_WAIT_SECONDS, isolation_level=None)) as file:
        file.execute("ATTACH DATABASE ? AS next", (new,))
        file.execute("BEGIN IMMEDIATE")
        for table in tables.metadata.sorted_tables:
            names = ", ".join(f'"{column.name}"' for column in table.c)
            file.execute(f'DELETE FROM main."{table.name}"')  # noqa: S608 - our own names, as below
            file.execute(
                f'INSERT INTO main."{table.name}" ({names}) SELECT {names} FROM next."{table.name}"'  # noqa: S608
            )
        file.execute("COMMIT")


@lru_cache(maxsize=1)
def exact() -> MetaData:
    """The tables as PostgreSQL has them: text is compared by its bytes."""
    copy = MetaData()
    for table in tables.metadata.sorted_tables:
        for column in table.to_metadata(copy).columns:
            if type(column.type) is String:
                column.type = String(collation=_EXACT)
    return copy


@lru_cache(maxsize=1024)
def upsert(dialect: str, table: Table, names: tuple[str, ...], first: frozenset[str]) -> Insert:
    """Kept, as to make one takes longer than to run it, and holds up whatever else this process does.

    `first` names the columns whose values only fill what is still null.
    """
    key = [column.name for column in table.primary_key]
    statement = _insert(dialect, table)
    excluded = statement.excluded
    news: dict[str, Any] = {name: excluded[name] for name in names if name not in key}
    for name in first:
        news[name] = func.coalesce(table.c[name], excluded[name])
    if not news:
        return statement.on_conflict_do_nothing(index_elements=key)
    return statement.on_conflict_do_update(index_elements=key, set_=news)


@lru_cache(maxsize=16)
def add_once(dialect: str, table: Table) -> Insert:
    """A row that is there already stays as it is."""
    return _insert(dialect, table).on_conflict_do_nothing()


def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if dialect == _SQLITE else postgresql.insert(table)


def storable(dialect: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows as the database takes them: PostgreSQL's text has no NUL, and one may come in an event."""
    if dialect == _SQLITE:
        return rows
    for row in rows:
        for name, value in row.items():
            if type(value) is str and "\0" in value:
                row[name] = value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return rows


def is_away(error: DBAPIError) -> bool:
    """Whether the database cannot be reached, or is busy: it will work later."""
    return isinstance(error, OperationalError) or error.connection_invalidated


def is_damage(error: DBAPIError) -> bool:
    """Whether a SQLite file is none, or not whole any more."""
    return type(error.orig) is sqlite3.DatabaseError


def is_gone(error: DBAPIError) -> bool:
    """Whether somebody dropped the views' schema."""
    return getattr(error.orig, "sqlstate", None) == _NO_SUCH_TABLE


def schemas(connection: Connection, prefix: str) -> list[str]:
    """PostgreSQL's schemas whose names begin so."""
    found = connection.execute(
        text("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, :prefix)"),
        {"prefix": prefix},
    )
    return sorted(found.scalars())


def schema_bytes(connection: Connection, schema: str) -> int:
    """What a schema takes on the server's disk, indexes included."""
    query = text(
        "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = :schema AND c.relkind = 'r'"
    )
    return int(connection.execute(query, {"schema": schema}).scalar_one())


def make_schema(connection: Connection, name: str) -> None:
    """Make a schema where it is missing."""
    connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{name}"')


def drop_schemas(connection: Connection, names: Iterable[str]) -> None:
    """Drop schemas with everything in them."""
    for name in names:
        connection.exec_driver_sql(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')
