"""Alembic runs this for every command; the connection comes from whoever asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from alembic import context
from sqlalchemy import String

from services.audit import migrations
from services.audit.tables.columns import Utc

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext


def rendered(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """How a new step writes our own types."""
    if kind == "type" and isinstance(item, Utc):
        return "Utc()"
    if kind == "type" and type(item) is String:
        return "words()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=migrations.models(connection),
    render_as_batch=True,
    render_item=rendered,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
