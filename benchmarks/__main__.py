"""Every bar in one command: `python -m benchmarks`, or `make bench`; or only those that are named.

Screening (shares and times), the adapters under damaged input, the OpenAPI of intake under strange
requests, the way from a post to a phone, simulated years of offers and of follow-ups, and verifying
the record. Exit code 1 when a bar fails. `--quick` throws less.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

_FULL, _QUICK = 100_000, 2_000
_CASES_FULL, _CASES_QUICK = 10_000, 300
_REQUESTS_FULL, _REQUESTS_QUICK = 1_500, 25


class Bench(StrEnum):
    """What can be measured."""

    SCREENING = "screening"
    ADAPTERS = "adapters"
    OPENAPI = "openapi"
    OFFERS = "offers"
    EMERGENCIES = "emergencies"
    YEAR = "year-of-offers"
    FOLLOWUPS = "year-of-followups"
    VERIFYING = "verifying"
    REBUILD = "rebuild"


@dataclass(frozen=True, slots=True)
class _Command:
    module: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


def main(
    only: Annotated[
        list[Bench] | None, typer.Argument(help="What to measure; everything without a name.")
    ] = None,
    *,
    quick: Annotated[bool, typer.Option(help="A look in two minutes.")] = False,
) -> None:
    """Run benchmarks, one after the other, and say which bars are met."""
    commands = _commands(quick=quick)
    bars = {bench: _run(commands[bench]) for bench in only or Bench}
    print()
    for name, met in bars.items():
        print(f"{'met   ' if met else 'FAILED'} {name}")
    raise typer.Exit(0 if all(bars.values()) else 1)


def _commands(*, quick: bool) -> dict[Bench, _Command]:
    inputs = str(_QUICK if quick else _FULL)
    requests = str(_REQUESTS_QUICK if quick else _REQUESTS_FULL)
    cases = str(_CASES_QUICK if quick else _CASES_FULL)
    less = ("--quick",) if quick else ()
    openapi = ("pytest", "-q", "-p", "no:randomly", "tests/contract/test_openapi.py")
    return {
        Bench.SCREENING: _Command(("benchmarks.screening",)),
        Bench.ADAPTERS: _Command(("benchmarks.fuzz_adapters", "--inputs", inputs)),
        Bench.OPENAPI: _Command(openapi, {"TAILBOARD_OPENAPI_EXAMPLES": requests}),
        Bench.OFFERS: _Command(("benchmarks.offers", *less)),
        Bench.EMERGENCIES: _Command(("benchmarks.emergencies", *less)),
        Bench.YEAR: _Command(("benchmarks.year_of_offers",)),
        Bench.FOLLOWUPS: _Command(("benchmarks.year_of_followups", "--cases", cases)),
        Bench.VERIFYING: _Command(("benchmarks.verifying", "--events", inputs)),
        Bench.REBUILD: _Command(("benchmarks.rebuild", "--events", inputs)),
    }


def _run(command: _Command) -> bool:
    print(f"\n== {' '.join(command.module)}", flush=True)
    line = [sys.executable, "-m", *command.module]
    return subprocess.run(line, env=os.environ | command.env, check=False).returncode == 0  # noqa: S603


if __name__ == "__main__":
    typer.run(main)
