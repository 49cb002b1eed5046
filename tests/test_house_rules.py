"""The rules of the house that no linter knows: sizes, names, what locks and code must not hold."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for top in ("services", "schemas") for path in (ROOT / top).rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "misc", "base", "processor", "info"}
LONGEST_FILE, LONGEST_FUNCTION = 300, 40


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=ids)
def test_a_file_stays_readable(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno
            length = node.end_lineno - node.lineno + 1
            assert length <= LONGEST_FUNCTION or _only_routes(node), f"{node.name}: {length}"


def _only_routes(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """FastAPI's and Typer's declarations: a list of routes, or a signature with help texts."""
    inner = [n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    signature = node.body[0].lineno - node.lineno
    own = (node.end_lineno or 0) - node.lineno - signature
    for each in inner:
        own -= (each.end_lineno or 0) - min(d.lineno for d in [*each.decorator_list, each])
    return own <= LONGEST_FUNCTION


@pytest.mark.parametrize("path", SOURCES, ids=ids)
def test_a_file_says_what_it_owns_by_name_and_docstring(path: Path) -> None:
    assert path.stem not in FORBIDDEN_NAMES
    assert ast.get_docstring(ast.parse(path.read_text())), "a module docstring says what it owns"


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.lock")), ids=ids)
def test_a_lock_names_no_index_and_hashes_every_package(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"https?://|--index|--find-links|--trusted", text)
    pins = re.split(r"\n(?=\S)", text.strip())
    assert len(pins) > 30
    for pin in pins:
        assert "==" in pin
        assert "--hash=sha256:" in pin, pin.split()[0]


def test_waiting_is_a_timer_and_not_a_sleep() -> None:
    for path in SOURCES:
        for line in path.read_text().splitlines():
            if "asyncio.sleep(" in line:
                assert re.search(r"# noqa: TID251 - \w+", line), f"{ids(path)}: {line.strip()}"


def test_the_project_carries_no_path_of_one_machine() -> None:
    told = re.compile(r"/(?:home|root|Users)/[a-z]|/work/|/tmp/[a-z]")
    kept = [*SOURCES, *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("Makefile")]
    for path in kept:
        found = told.search(path.read_text())
        assert not found, f"{ids(path)}: {found and found[0]}"
