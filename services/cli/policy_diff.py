"""What differs between two policies, value by value, and what that means; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.cli.policy_words import length, phrase, shown, span, written
from services.intake.pack.problems import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.intake.pack.problems import Steps
    from services.intake.policy import Pack

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Change:
    """One value that is another. None stands for: not there."""

    path: str
    old: Any
    new: Any
    meaning: str

    def line(self) -> str:
        """`interventions.defusing.closes_after: PT12H -> PT24H (defusing closes after ...)`."""
        told = f"{self.path}: {_brief(self.old)} -> {_brief(self.new)}"
        return f"{told} ({self.meaning})" if self.meaning else told

    def as_json(self) -> dict[str, Any]:
        """For `--json`: lengths of time as the file writes them."""
        return {"path": self.path, "old": self.old, "new": self.new, "meaning": self.meaning}


def differences(one: Pack, other: Pack) -> tuple[Change, ...]:
    """Every difference from `one` to `other`, in the order of the file."""
    return tuple(_between((), _tree(one), _tree(other)))


def _tree(pack: Pack) -> dict[str, Any]:
    """The pack with its lists keyed by what names their items, so that a new one moves no other."""
    tree = pack.model_dump()
    tree["rules"] = {rule["id"]: rule for rule in tree["rules"]}
    for name, rules in tree["check_ins"].items():
        tree["check_ins"][name] = {written(rule["after"]): rule["source"] for rule in rules}
    for trigger in tree["triggers"].values():
        counts: dict[str, int] = {}
        for place in trigger["team"]:
            role = str(place["role"])
            counts[role] = counts.get(role, 0) + place["count"]
        trigger["team"] = counts
    return tree


def _between(steps: Steps, old: Any, new: Any) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from _between((*steps, key), old.get(key, _ABSENT), new.get(key, _ABSENT))
    elif old is _ABSENT or new is _ABSENT:
        before, after = (None if side is _ABSENT else written(side) for side in (old, new))
        yield Change(dotted(steps), before, after, _came_or_went(steps, came=old is _ABSENT))
    elif old != new:
        yield Change(dotted(steps), written(old), written(new), _meaning(steps, old, new))


def _meaning(steps: Steps, old: Any, new: Any) -> str:
    about = phrase(steps)
    if isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
        return _items(about, old, new)
    if not about:
        return ""
    return f"{about}{':' if steps[-1] == 'mode' else ''} {shown(old)} -> {shown(new)}"


def _items(about: str, old: Any, new: Any) -> str:
    more = [item for item in new if item not in old]
    less = [item for item in old if item not in new]
    said = [f"also {shown(more)}" * bool(more), f"no longer {shown(less)}" * bool(less)]
    told = "; ".join(part for part in said if part) or "in another order"
    return f"{about}: {told}" if about else told


def _came_or_went(steps: Steps, *, came: bool) -> str:
    match steps:
        case ("check_ins", str(), str(after)):
            when = f"{span(length(after))} after the incident"
            return f"one more check-in, {when}" if came else f"no check-in {when} any more"
        case ("triggers", str(), "team", str()):
            return f"{phrase(steps)}: {'now too' if came else 'nobody any more'}"
        case _:
            return "new" if came else "gone"


def _brief(value: Any) -> str:
    """A whole part that came or went is not spelt out on a line; `--json` does."""
    if value is None:
        return "(not there)"
    if isinstance(value, dict):
        return "(there)"
    return f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)
