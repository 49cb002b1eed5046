"""`tailboard emergency`: page a professional at once. What to do until then is printed first.

How to be reached is asked after the page has gone out, and is never an argument: arguments are seen
by others on the machine and kept in a shell's history.
"""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from services.cli.api import Server
from services.cli.connection import DataDirOption, KeyOption, UrlOption, connection
from services.runtime.clock import new_id

_CRISIS = (
    "Call 911 if a life is in danger now. Call or text 988, day and night.\n"
    "Stay with the person, if you are safe. Do not wait for this."
)


class Category(StrEnum):
    """What it is about; nothing else is ever recorded."""

    SUICIDE_RISK = "suicide_risk"
    THREAT = "threat"
    OTHER = "other"


def emergency(
    category: Annotated[
        Category, typer.Argument(metavar="[suicide_risk|threat|other]", help="What it is about.")
    ] = Category.OTHER,
    *,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Page a mental health professional and a backup at once, on all their channels.

    Only the category and the time are recorded: no name, no reason.

    Examples:

      tailboard emergency suicide_risk

      echo "202-555-0147" | tailboard emergency threat
    """
    print(_CRISIS, file=sys.stderr, flush=True)
    server = Server(connection(url, key, data_dir))
    told = server.json(
        server.ask(
            "POST",
            "/v1/emergencies",
            json={"category": category.value},
            headers={"Idempotency-Key": new_id().hex},
        )
    )
    _show(told)
    page = str(told.get("page_url"))
    if callback := _callback():
        path = "/emergency/" + page.rpartition("/emergency/")[2] + "/callback"
        server.ask("POST", path, data={"callback": callback}, follow_redirects=True)
        print("Whoever takes it sees how to reach you.")


def _show(told: dict[str, object]) -> None:
    from services.cli.times import local

    by = local(str(told.get("answer_by")))
    print(
        "A professional and a backup are being paged, and the coordinators are called.", flush=True
    )
    print(
        f"Somebody answers by {by}, or all are paged again. Do not wait: call or text 988, or 911."
    )
    print(f"How it stands, and ending it (keep it to yourself): {told.get('page_url')}", flush=True)


def _callback() -> str:
    if sys.stdin.isatty():
        words = "How can they reach you? (a phone number, or where you are; Enter to skip)"
        answer: str = typer.prompt(words, default="", show_default=False)
        return answer.strip()
    return sys.stdin.readline().strip()
