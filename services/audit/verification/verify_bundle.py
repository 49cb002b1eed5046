"""Verifies an export of Tailboard: `python verify.py`, in the folder or with the file's name.

Exit codes: 0 clean, 1 something was found, 2 it cannot be read. Needs Python and `cryptography` only.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from services.audit.verification.verifier import (
    Checkpoint,
    Finding,
    Stored,
    StreamCheck,
    Told,
    check_checkpoints,
    compared,
    first_key,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

EVENTS, KEPT, OUTSIDE, ABOUT = (
    "events",
    "checkpoints.jsonl",
    "checkpoints-outside.jsonl",
    "about.json",
)

_CLEAN = "CLEAN: every sealed event is as it was when it was sealed"


class Verdict(NamedTuple):
    """What a verification came to."""

    told: tuple[Told, ...]
    findings: tuple[Finding, ...]
    key: str
    newest: Checkpoint | None
    """The newest checkpoint that was compared; None when there is none."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not self.findings and not any(each.findings for each in self.told)

    def screen(self) -> str:
        """The result on one screen."""
        return report(self.told, self.findings, self.key)


class Bundle:
    """An export: a zip file, or the folder it was unpacked to. Raises ValueError for anything else."""

    def __init__(self, path: Path) -> None:
        self._zip = None if path.is_dir() else zipfile.ZipFile(path)
        self._folder = path
        try:
            self.about = json.loads("".join(self._lines(ABOUT)))
            self.streams = [str(each) for each in self.about["streams"]]
        except (KeyError, TypeError, FileNotFoundError) as error:
            raise ValueError(f"{path} is no export of Tailboard: it has no {ABOUT}") from error

    def checkpoints(self, name: str) -> list[Checkpoint] | None:
        """Every checkpoint of a file that can be read; None when there is no such file."""
        try:
            return checkpoints_of(self._lines(name))
        except (KeyError, FileNotFoundError):
            return None

    def events(self, stream: str) -> Iterator[Stored]:
        """A stream's events in the order of the file."""
        try:
            lines = self._lines(f"{EVENTS}/{stream}.ndjson")
            for line in lines:
                yield event_of(json.loads(line))
        except (KeyError, FileNotFoundError):
            return

    def _lines(self, name: str) -> Iterator[str]:
        opened = self._zip.open(name) if self._zip else (self._folder / name).open("rb")
        with opened as file:
            for line in file:
                yield line.decode("utf-8", "surrogateescape")


def events_in(path: Path) -> int:
    """How many events an export says it holds. Raises ValueError and OSError."""
    return int(Bundle(path).about.get("events", 0))


def checkpoints_of(lines: Iterator[str]) -> list[Checkpoint]:
    """The checkpoints of a file; a line that was torn when the power went is left out."""
    found = []
    for line in lines:
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict) and isinstance(told.get("number"), int):
            found.append(told)
    return found


def line_of(stored: Stored) -> str:
    """An event as a line; a body that is no text is written in base64."""
    told: dict[str, Any] = {"sequence": stored.sequence, "subject": stored.subject}
    told["headers"] = stored.headers
    try:
        told["body"] = stored.body.decode()
    except UnicodeDecodeError:
        told["body_base64"] = base64.b64encode(stored.body).decode()
    return json.dumps(told)


def event_of(told: dict[str, Any]) -> Stored:
    """The event of a line."""
    body = told["body"].encode() if "body" in told else base64.b64decode(told["body_base64"])
    return Stored(int(told["sequence"]), str(told["subject"]), dict(told["headers"]), body)


def in_order(events: Iterator[Stored], stream: str, found: list[Finding]) -> Iterator[Stored]:
    """The events, and a finding when their sequences do not rise."""
    before = 0
    for stored in events:
        if stored.sequence <= before:
            what = f"event {stored.sequence} ({stored.subject}) stands behind event {before}"
            found.append(Finding(stream, "reordered", what))
        before = stored.sequence
        yield stored


def verify(path: Path, public_key: str = "", each: Callable[[], None] = lambda: None) -> Verdict:
    """Verify an export; `each` is called with every event. Raises ValueError and OSError."""
    bundle = Bundle(path)
    outside = bundle.checkpoints(OUTSIDE)
    both, found = compared(bundle.checkpoints(KEPT) or [], outside)
    sound, more = check_checkpoints(both, public_key)
    found += more
    told = []
    for stream in bundle.streams:
        check = StreamCheck(stream, sound)
        for stored in in_order(bundle.events(stream), stream, found):
            check.feed(stored)
            each()
        told.append(check.finish())
    return judged(told, found, both, sound)


def report(told: Sequence[Told], found: Sequence[Finding], key: str) -> str:
    """The result on one screen."""
    lines = [f"{'stream':<10} {'events':>9} {'sealed':>9} {'checkpoints':>12}  last sealed"]
    for each in told:
        mark = "  <- see below" if each.findings else ""
        at = each.last_at.replace("T", " ") or "not yet"
        numbers = f"{each.events:>9,} {each.sealed:>9,} {each.checkpoints:>12,}"
        lines.append(f"{each.stream:<10} {numbers}  {at}{mark}")
    everything = [*found, *(finding for each in told for finding in each.findings)]
    lines += ["", f"first key {key or 'none'}: (compare it with your copy)"]
    lines += [f"FOUND {each.stream}: {each.what}" for each in everything[:12]]
    if len(everything) > 12:
        lines.append(f"FOUND {len(everything) - 12} more: look at the first one first")
    unsealed = sum(max(0, each.events - each.sealed) for each in told)
    if not everything and unsealed:
        lines.append(
            f"{unsealed:,} newest events are not sealed yet: the next checkpoint covers them"
        )
    lines.append(f"NOT CLEAN: {len(everything)} found" if everything else _CLEAN)
    return "\n".join(lines)


def judged(
    told: Sequence[Told],
    found: Sequence[Finding],
    both: Sequence[Checkpoint],
    sound: Sequence[Checkpoint],
) -> Verdict:
    """The verdict; events without any checkpoint are a finding of their own."""
    if not both and any(each.events for each in told):
        missing = "there are events, and no checkpoint at all: nothing of it is proven"
        found = [*found, Finding("CHECKPOINT", "lost", missing)]
    return Verdict(tuple(told), tuple(found), first_key(both), sound[-1] if sound else None)


def main(arguments: list[str]) -> int:
    """Verify and print; the exit code."""
    parser = argparse.ArgumentParser(prog="verify.py", description=__doc__)
    here = Path(__file__).resolve().parent
    parser.add_argument("export", nargs="?", type=Path, default=here, help="the zip or its folder")
    parser.add_argument(
        "--public-key", default="", help="the first key, as you kept it: 64 letters"
    )
    given = parser.parse_args(arguments)
    try:
        verdict = verify(given.export, given.public_key.strip())
    except (ValueError, OSError, KeyError, TypeError, zipfile.BadZipFile) as error:
        sys.stderr.write(f"{given.export} cannot be read: {error}\n")
        return 2
    sys.stdout.write(f"{verdict.screen()}\n")
    return 0 if verdict.is_clean else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
