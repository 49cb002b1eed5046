"""`python -m services.audit.migrations "Add ..."`: writes the step from the last one to the tables.

Read what it wrote: a column that old rows should have a value for needs a new VERSION instead.
"""

from __future__ import annotations

import sys

from sqlalchemy import create_engine

from services.audit import migrations


def main() -> None:
    """Compare the tables with what the steps make of an empty database, and write the difference."""
    from alembic import command

    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit('usage: python -m services.audit.migrations "Add an index for ..."')
    with create_engine("sqlite://").begin() as connection:
        migrations.upgrade(connection)
        if not migrations.differences(connection):
            sys.exit("the steps make these tables already")
        number = f"{int(migrations.head()) + 1:04}"
        command.revision(
            migrations.config(connection), sys.argv[1].rstrip("."), autogenerate=True, rev_id=number
        )


if __name__ == "__main__":
    main()
