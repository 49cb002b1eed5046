"""`tailboard request-peer`: ask for a peer from a terminal. How to reach you is never an argument.

Arguments are seen by others on the machine and kept in a shell's history; a prompt's answer is not.
"""

import sys
from typing import Annotated

import typer

from services.cli.api import Server
from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.cli.stop import EXIT_INPUT, Stop
from services.runtime.clock import new_id

_CRISIS = "In danger, or thinking of suicide? Call 911, or call or text 988. Do not wait for this."
_PRIVATE = (
    "Nobody asks why, and who asked is not recorded. Only whoever takes it sees how to reach you. "
    "A danger to life, abuse, or a court's order can be exceptions to what stays private."
)


def request_peer(
    peer: Annotated[
        str, typer.Option(help="A roster number to ask first, or `any`.", metavar="NUMBER")
    ] = "any",
    discipline: Annotated[str, typer.Option(help="A wish, such as `ems`.")] = "",
    emergency: Annotated[
        bool, typer.Option("--emergency", help="Page a mental health professional at once.")
    ] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Ask for a peer, outside the chain of command. Nobody asks why.

    Examples:

      tailboard request-peer

      tailboard request-peer --peer p-03

      echo "station 4, back door" | tailboard request-peer --emergency
    """
    print(_CRISIS, file=sys.stderr)
    server = Server(connection(url, key, data_dir))
    callback = _callback()
    told = server.json(
        server.ask(
            "POST",
            "/v1/peer-requests",
            json={
                "callback": callback,
                "peer": peer,
                "discipline": discipline,
                "emergency": emergency,
            },
            headers={"Idempotency-Key": new_id().hex},
        )
    )
    _show(told, peer)


def _callback() -> str:
    if sys.stdin.isatty():
        print(_PRIVATE, file=sys.stderr)
        answer: str = typer.prompt("How can we reach you? (a phone number, or where you are)")
    else:
        answer = sys.stdin.readline()
    if not answer.strip():
        raise Stop("say how to reach you, on standard input", EXIT_INPUT)
    return answer.strip()


def _show(told: dict[str, object], peer: str) -> None:
    from services.cli.times import local

    by = local(str(told.get("callback_by")))
    if told.get("emergency"):
        print(f"A professional and a backup are being paged. Somebody should call you by {by}.")
    else:
        print(f"Members are being asked. Somebody should call you by {by}.")
    if peer != "any" and not told.get("chosen") and not told.get("emergency"):
        print("The one you chose cannot be asked now, so others are.")
    print(f"How it stands, and taking it back (keep it to yourself): {told.get('status_url')}")
