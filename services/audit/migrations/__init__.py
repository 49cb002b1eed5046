"""How the views' tables came to be, step by step (Alembic): one file per step in `versions`.

Views that stand at an earlier step of the same version are brought up to date in place; those of
another version are left alone and built anew beside it. Alembic is imported only when it is needed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, String, Table, inspect, select

from services.audit import dialects, tables

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

_HERE = Path(__file__).parent
_STEPS = _HERE / "versions"
_STAMP = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


@cache
def head() -> str:
    """The newest step, such as `0002`."""
    return max(step.name[:4] for step in steps())


def steps() -> list[Path]:
    """The files of the steps."""
    return sorted(_STEPS.glob("[0-9]*_*.py"))


def stamped(connection: Connection) -> str | None:
    """The step at which these views stand; None where there are none."""
    if not inspect(connection).has_table(_STAMP.name):
        return None
    return connection.execute(select(_STAMP)).scalar_one_or_none()


def stamp(connection: Connection) -> None:
    """Say that tables which were made whole stand at the newest step."""
    _STAMP.create(connection)
    connection.execute(_STAMP.insert(), {"version_num": head()})


def upgrade(connection: Connection, to: str = "head") -> None:
    """Take the steps that are missing, within the connection's transaction."""
    from alembic import command

    command.upgrade(config(connection), to)


def differences(connection: Connection) -> list[Any]:
    """What the tables of a database and those of this version differ in; nothing, if all is well."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, models(connection)))


def models(connection: Connection) -> MetaData:
    """The tables as this database has them."""
    return dialects.exact() if connection.dialect.name == "postgresql" else tables.metadata


def config(connection: Connection) -> Config:
    """Alembic's own settings, which live here and in no file."""
    from alembic.config import Config

    told = Config()
    told.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    told.set_main_option("version_locations", str(_STEPS).replace("%", "%%"))
    told.set_main_option("path_separator", "newline")
    told.attributes["connection"] = connection
    return told
