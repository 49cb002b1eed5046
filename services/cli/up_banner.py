"""What `tailboard up` says when it is ready: where to look and what to type."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def banner(
    url: str, api_key: str, data_dir: Path, named: Path | None, *, policy: str, demo: bool
) -> str:
    """A few lines with the addresses, the key and the next command.

    `policy` names the pack in force. `named` is the data folder when the caller chose it: the other
    commands must be told of it.
    """
    command = (f"TAILBOARD_DATA_DIR={named} " if named else "") + _command()
    lines = [
        "",
        "Tailboard is ready." + ("  DEMO: nobody here exists and no phone rings." if demo else ""),
        "",
        f"  Console   {url}",
        f"  API       {url}/v1/incidents",
        f"  API key   {api_key}",
        f"  Members   {url}/ask" + ("" if demo else "  (the code: the file members-key, see Data)"),
        f"  Data      {data_dir}",
        f"  Policy    {policy}",
        "",
    ]
    if demo:
        lines += [
            "Post an example, in a second terminal:",
            "",
            f"  {command} post examples/pediatric-cpr.json",
            "",
            f"Then answer as a member would: {url}/phones",
        ]
    else:
        lines += [
            "Fill the roster, then post an incident:",
            "",
            f"  {command} roster import ROSTER.csv",
            f"  {command} post INCIDENT.json",
        ]
    return "\n".join(
        [*lines, "", "Ctrl-C stops everything; starting again goes on where it was.", ""]
    )


def _command() -> str:
    """How this very program is typed from here."""
    if shutil.which("tailboard"):
        return "tailboard"
    program = Path(sys.argv[0])
    if program.name == "__main__.py":
        return "python -m services.cli"
    try:
        return str(program.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(program)
