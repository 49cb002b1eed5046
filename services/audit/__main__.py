"""`python -m services.audit`: audit alone."""

from __future__ import annotations

import argparse

from services.audit.app import build
from services.audit.settings import AuditSettings
from services.audit.store import erase
from services.runtime.host import run_alone


def main() -> None:
    """Run until a signal."""
    parser = argparse.ArgumentParser(
        prog="python -m services.audit",
        description="The read side: projects the streams into views and serves API and console. "
        "Settings are environment variables with the prefix TAILBOARD_.",
    )
    parser.add_argument(
        "--rebuild",
        action="store_true",
        help="delete the views and build them again from the streams before serving",
    )
    settings = AuditSettings()
    if parser.parse_args().rebuild:
        erase(settings.views)
    run_alone(build, settings)


if __name__ == "__main__":
    main()
