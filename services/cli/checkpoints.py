"""`tailboard checkpoints`: how old the seals over the record are, and the next key that signs them."""

import json
from typing import Annotated

import typer

from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.cli.times import local

app = typer.Typer(
    name="checkpoints",
    help="The seals over the record: how old they are, and the key that signs them.",
    no_args_is_help=True,
)


@app.command()
def status(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="The server's JSON.")] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Show the newest checkpoint of each stream, and when the record was last verified.

    Example:

      tailboard checkpoints status
    """
    from services.cli.api import Server

    found = Server(connection(url, key, data_dir)).get("/v1/checkpoints")
    if as_json:
        print(json.dumps(found, indent=2))
        return
    for each in found["streams"]:
        print(f"{each['stream']:<10} {each['events']:>9,} events sealed, {local(each['at'])}")
    if not found["streams"]:
        print("nothing is sealed yet")
    done = found["verified"]
    result = "clean" if done and done["clean"] else f"{done['found'] if done else 0} found"
    print(f"verified {local(done['at'])}: {result}" if done else "not verified yet")
    if found["blocked"]:
        print(f"NOTHING IS SEALED ANY MORE: {found['blocked']}")


@app.command("next-key")
def next_key(
    *, url: UrlOption = None, key: KeyOption = None, data_dir: DataDirOption = None
) -> None:
    """Make the next key; a checkpoint names it, signed by the old one, within seconds.

    The first public key stays the one to compare with. Make a new backup of the data folder after it.

    Example:

      tailboard checkpoints next-key
    """
    from services.cli.api import Server

    server = Server(connection(url, key, data_dir))
    told = server.json(server.ask("POST", "/v1/checkpoints/next-key"))
    print(f"the next key is {told['public_key']}; back the data folder up again")
