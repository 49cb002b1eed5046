"""Every bar in one command: `python -m benchmarks`, or `make bench`.

Screening (shares and times), then the adapters under damaged input, then the OpenAPI of intake under
strange requests. Exit code 1 when a bar fails. `--quick` throws less.
"""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Annotated

import typer

_FULL, _QUICK = 100_000, 2_000
_REQUESTS_FULL, _REQUESTS_QUICK = 1_500, 25


def main(*, quick: Annotated[bool, typer.Option(help="A look in a minute.")] = False) -> None:
    """Run every benchmark, one after the other, and say which bars are met."""
    inputs = _QUICK if quick else _FULL
    requests = _REQUESTS_QUICK if quick else _REQUESTS_FULL
    bars = {
        "screening": _run("benchmarks.screening"),
        f"adapters, {inputs} inputs each": _run(
            "benchmarks.fuzz_adapters", "--inputs", str(inputs)
        ),
        f"OpenAPI, {requests} requests an operation": _run(
            *("pytest", "-q", "-p", "no:randomly", "tests/contract/test_openapi.py"),
            TAILBOARD_OPENAPI_EXAMPLES=str(requests),
        ),
    }
    print()
    for name, met in bars.items():
        print(f"{'met   ' if met else 'FAILED'} {name}")
    raise typer.Exit(0 if all(bars.values()) else 1)


def _run(*module: str, **env: str) -> bool:
    print(f"\n== {' '.join(module)}", flush=True)
    command = [sys.executable, "-m", *module]
    return subprocess.run(command, env=os.environ | env, check=False).returncode == 0  # noqa: S603


if __name__ == "__main__":
    typer.run(main)
