"""`tailboard keys`: who may come in, and as what. It reads and writes the data folder itself."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from platformdirs import user_data_path

from services.cli.connection import DataDirOption
from services.cli.stop import EXIT_INPUT, Stop

if TYPE_CHECKING:
    from services.runtime.auth import KeyRole, StoredKey

app = typer.Typer(
    name="keys",
    help="Who may come in, and as what: one key for each program and each person.",
    no_args_is_help=True,
)
AgencyOption = Annotated[
    str | None,
    typer.Option(
        "--agency",
        envvar="TAILBOARD_AGENCY",
        help="Whose cases it opens; the only agency of the folder, when left out.",
        metavar="NAME",
    ),
]
FileOption = Annotated[
    Path | None,
    typer.Option(
        "--keys-file",
        envvar="TAILBOARD_KEYS_FILE",
        help="Where the services read keys, if not in the data folder.",
        metavar="FILE",
    ),
]
_NAME = r"[a-z0-9][a-z0-9-]{0,62}"


@app.command()
def add(
    label: Annotated[
        str, typer.Argument(help="What the record calls its holder, such as `night-desk`.")
    ],
    *,
    role: Annotated[str, typer.Option("--role", help="What it opens: see `keys roles`.")],
    agency: AgencyOption = None,
    expires: Annotated[
        str | None,
        typer.Option(
            "--expires", help="Until when: a day, such as 2027-01-31, or a time.", metavar="WHEN"
        ),
    ] = None,
    keys_file: FileOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Make a key and show it once: only a digest of it is kept. It opens at once, without a restart.

    The label is on the record as `key:night-desk`: name the desk or the duty, not the person.

    Examples:

      tailboard keys add night-desk --role coordinator

      tailboard keys add audit-2027 --role auditor --expires 2027-03-31
    """
    from services.runtime.auth import add_key

    path = _file(keys_file, data_dir)
    known, wanted = _kept(path), _role(role)
    whose = agency or _only_agency(known)
    _fits("LABEL", label)
    _fits("--agency", whose)
    if any((each.label, each.agency) == (label, whose) for each in known):
        raise Stop(
            f"LABEL: {whose} has a key {label} already: choose another label, or take that one "
            f"back first with `tailboard keys remove {label}`",
            EXIT_INPUT,
        )
    key = add_key(path, label, whose, wanted, _moment(expires))
    print(key)
    typer.echo("This is the only time that it is shown: only a digest is kept.", err=True)


@app.command("list")
def listed(
    *,
    agency: AgencyOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
    keys_file: FileOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show who has a key, of which role and until when. No key is shown: none is kept.

    Examples:

      tailboard keys list

      tailboard keys list --json
    """
    from services.runtime.clock import SystemClock

    now = SystemClock().now()
    known = [each for each in _kept(_file(keys_file, data_dir)) if agency in (None, each.agency)]
    if as_json:
        told = [each.model_dump(mode="json", exclude={"sha256"}) for each in known]
        print(json.dumps(told, indent=2))
        return
    for each in sorted(known, key=lambda key: (key.agency, key.label)):
        ends = (
            f"until {each.expires_at.astimezone():%Y-%m-%d %H:%M}" if each.expires_at else "no end"
        )
        over = "" if each.runs(now) else ", EXPIRED"
        print(f"{each.label:<24} {each.agency:<16} {each.role.value:<16} {ends}{over}")
    if not known:
        print("no keys: make one with `tailboard keys add`")


@app.command()
def remove(
    label: Annotated[str, typer.Argument(help="Whose key, as `keys list` names it.")],
    *,
    agency: AgencyOption = None,
    keys_file: FileOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Take a key back: from now on it opens nothing, and ends the console's sessions begun with it.

    Example:

      tailboard keys remove night-desk
    """
    from services.runtime.auth import write_keys

    path = _file(keys_file, data_dir)
    known = _kept(path)
    gone = [each for each in known if each.label == label and agency in (None, each.agency)]
    if not gone:
        raise Stop(f"LABEL: there is no key {label}: look at `tailboard keys list`", EXIT_INPUT)
    if len({each.agency for each in gone}) > 1:
        whose = ", ".join(sorted({each.agency for each in gone}))
        raise Stop(f"--agency: several agencies have a key {label}: {whose}", EXIT_INPUT)
    write_keys(path, (each for each in known if each not in gone))
    print(f"{label} of {gone[0].agency} opens nothing any more")


@app.command()
def roles() -> None:
    """Show what each role may do.

    Example:

      tailboard keys roles
    """
    from services.runtime.access import ROLES, May

    for role, allowed in ROLES.items():
        print(role.value)
        for what in May:
            if what in allowed:
                print(f"  {what}")


def _file(keys_file: Path | None, data_dir: Path | None) -> Path:
    path = keys_file or (data_dir or user_data_path("tailboard")) / "keys.json"
    if not path.parent.is_dir():
        raise Stop(
            f"--data-dir: there is no folder {path.parent}: start `tailboard up` once, or name it",
            EXIT_INPUT,
        )
    return path


def _kept(path: Path) -> "tuple[StoredKey, ...]":
    from services.runtime.auth import read_keys

    try:
        return read_keys(path)
    except ValueError as error:
        raise Stop(f"{path} is damaged: take it from a backup", EXIT_INPUT) from error


def _role(word: str) -> "KeyRole":
    from services.runtime.auth import KeyRole

    try:
        return KeyRole(word.strip().lower().replace("-", "_").replace(" ", "_"))
    except ValueError as error:
        known = ", ".join(KeyRole)
        raise Stop(f"--role: there is no role {word}: use one of {known}", EXIT_INPUT) from error


def _only_agency(known: "tuple[StoredKey, ...]") -> str:
    agencies = sorted({each.agency for each in known})
    if len(agencies) != 1:
        told = f": one of {', '.join(agencies)}" if agencies else ""
        raise Stop(f"--agency: say whose key it is{told}", EXIT_INPUT)
    return agencies[0]


def _fits(field: str, word: str) -> None:
    import re

    if not re.fullmatch(_NAME, word):
        raise Stop(
            f"{field}: lower case letters, digits and hyphens, at most 63: such as night-desk",
            EXIT_INPUT,
        )


def _moment(told: str | None) -> datetime | None:
    """A day ends with its last minute, here; None for no end. Raises Stop."""
    from services.runtime.clock import SystemClock

    if told is None:
        return None
    try:
        at = datetime.fromisoformat(told.strip())
    except ValueError as error:
        raise Stop(f"--expires: {told} is no day or time: write 2027-01-31", EXIT_INPUT) from error
    if len(told.strip()) == len("2027-01-31"):
        at = at.replace(hour=23, minute=59, second=59)
    at = at.astimezone()
    if at <= SystemClock().now():
        raise Stop(f"--expires: {told} is over already", EXIT_INPUT)
    return at
