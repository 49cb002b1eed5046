"""Whether an incident that is posted now would reach people: the part of the doctor that asks the roster,
the rotas, the dead letters and the disk."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from services.cli.doctor_finding import Finding

if TYPE_CHECKING:
    import httpx

_NEEDED = {"peer": 2, "mhp": 1, "coordinator": 1}
"""The smallest team of the shipped policies, and whoever is called when nobody is left."""
_NAMES = {"mhp": "mental health professional", "program_lead": "program lead"}
_FEW_BYTES, _FEW_PERCENT = 1_000_000_000, 5
"""Under one gigabyte, or a twentieth of the disk, the streams soon cannot be written."""
_SHOWN = 3


def reach(client: "httpx.Client", data_dir: Path | None) -> Iterator[Finding]:
    """What is found. What the key may not see, or what runs elsewhere, is left out."""
    cases = client.get("/v1/cases", params={"limit": 1})
    check = client.get("/v1/roster/check")
    members = check.json().get("members", []) if check.is_success else []
    if cases.is_success and "roster" in (told := cases.json()):
        yield _team(told["roster"], Counter(m["role"] for m in members if m["now"]))
    if check.is_success:
        yield _members(members)
    yield from _gaps(client.get("/v1/rota/gaps"))
    yield from _letters(client.get("/v1/deadletters"))
    if data_dir is not None and data_dir.exists():
        yield disk(data_dir)


def disk(folder: Path) -> Finding:
    """Whether the disk of a data folder has room."""
    import shutil

    space = shutil.disk_usage(folder)
    percent = 100 * space.free / space.total
    return Finding(
        "disk",
        good=space.free >= _FEW_BYTES and percent >= _FEW_PERCENT,
        what=f"{space.free / 1e9:.1f} GB free ({percent:.0f} %) for {folder}",
        remedy="make room there: without it nothing is accepted any more",
    )


def _team(roster: list[Mapping[str, Any]], unfit: Mapping[str, int]) -> Finding:
    """The board's count holds those whose training or contact has lapsed: they cannot be asked."""
    able = {each["role"]: max(each["available"] - unfit.get(each["role"], 0), 0) for each in roster}
    short = [role for role, least in _NEEDED.items() if able.get(role, 0) < least]
    listed = ", ".join(_counted(able.get(role, 0), role) for role in {**_NEEDED, **able})
    return Finding(
        "team",
        good=not short,
        what=f"can be asked: {listed}",
        remedy="`tailboard roster check` says who cannot be asked, and why",
    )


def _counted(count: int, role: str) -> str:
    name = _NAMES.get(role, role.replace("_", " "))
    return f"{count} {name}{'' if count == 1 else 's'}"


def _members(members: list[Mapping[str, Any]]) -> Finding:
    """Who cannot be asked already, and what ends within the roster policy's look ahead."""
    now = [
        f"{m['member_id']} ({', '.join(m['now']).replace('_', ' ')})" for m in members if m["now"]
    ]
    soon = [
        f"{m['member_id']} ({each['kind'].replace('_', ' ')} in {each['days']} days)"
        for m in members
        for each in m["soon"]
    ]
    if not now and not soon:
        return Finding("training", good=True, what="nothing lapsed, nothing ends soon")
    parts = [_first("cannot be asked", now), _first("ends soon", soon)]
    return Finding(
        "training",
        good=True,
        what="; ".join(filter(None, parts)),
        soon=True,
        remedy="`tailboard roster check` lists all of it",
    )


def _gaps(answer: "httpx.Response") -> Iterator[Finding]:
    if not answer.is_success:
        return
    gaps = [each["words"] for each in answer.json().get("gaps", [])]
    if gaps:
        remedy = "`tailboard rota gaps` lists them; `tailboard rota override` fills one"
        what = _first(f"{len(gaps)} ahead", gaps)
        yield Finding("on call", good=True, what=what, soon=True, remedy=remedy)
    else:
        yield Finding("on call", good=True, what="no gap ahead")


def _letters(answer: "httpx.Response") -> Iterator[Finding]:
    if not answer.is_success:
        return
    count = len(answer.json().get("letters", []))
    yield Finding(
        "letters",
        good=not count,
        what=f"{count} dead letter{'' if count == 1 else 's'}",
        remedy="`tailboard deadletters list` says why; replay them once the cause is gone",
    )


def _first(word: str, found: list[str]) -> str:
    """The first few of them, and how many more."""
    if not found:
        return ""
    more = f", and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"{word}: {', '.join(found[:_SHOWN])}{more}"
