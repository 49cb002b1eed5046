"""What no single key shows: names that must exist, windows that must hold, rules that no pack lifts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from schemas.policy import GROUP_TALKS, InterventionRule, Role
from services.intake.pack.parts import Intervention, ReviewClock
from services.intake.pack.problems import Trouble, near

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import timedelta

    from services.intake.pack.problems import Steps

_TIERS = (1, 2, 3, 4)
_WITH_AN_MHP = (1, 2)
"""Peers without oversight by one are the greatest risk of all (BIA wildland fire)."""
_INTERVENTION: TypeAdapter[Any] = TypeAdapter(Intervention)
_REVIEW: TypeAdapter[Any] = TypeAdapter(ReviewClock)


def crossed(raw: dict[str, Any]) -> Iterator[Trouble]:
    """All that is wrong between the parts; a part that is itself unreadable is passed over."""
    plan = dict(_readable(_INTERVENTION, _section(raw, "interventions")))
    yield from _names(raw)
    yield from _slots(raw)
    yield from _windows(plan)
    yield from _plans(raw, plan)
    yield from _forbidden(raw, plan)
    yield from _reviews(raw)


def _names(raw: dict[str, Any]) -> Iterator[Trouble]:
    for name, trigger in _entries(_section(raw, "triggers")):
        at: Steps = ("triggers", name)
        for key in ("interventions", "check_ins"):
            yield from _known((*at, key), trigger.get(key), key, raw)
    happenings = {"happenings": _section(_section(raw, "vocabulary"), "happenings")}
    for name, signal in _entries(_section(raw, "signals")):
        for number, finding in _entries(dict(enumerate(_items(signal.get("narrative"))))):
            steps: Steps = ("signals", name, "narrative", number, "what")
            yield from _known(steps, finding.get("what"), "happenings", happenings)
    for number, rule in _entries(dict(enumerate(_items(raw.get("rules"))))):
        at = ("rules", number)
        yield from _known((*at, "trigger"), rule.get("trigger"), "triggers", raw)
        for key in ("all_of", "unless"):
            yield from _known((*at, key), rule.get(key), "signals", raw)


def _slots(raw: dict[str, Any]) -> Iterator[Trouble]:
    """`{name}` in a phrase stands for the phrases of a list: it must be there, and hold plain ones."""
    vocabulary = _section(raw, "vocabulary")
    fillings = _section(vocabulary, "people") | _section(vocabulary, "slots")
    for part in ("people", "slots", "happenings", "turns"):
        for name, phrases in _section(vocabulary, part).items():
            for number, phrase in enumerate(_items(phrases)):
                for slot in re.findall(r"\{([^{}]*)\}", str(phrase)):
                    at: Steps = ("vocabulary", part, name, number)
                    if part in {"people", "slots"}:
                        yield Trouble(
                            at, f"{phrase!r} is in a list that slots take from", "spell it out"
                        )
                    elif slot not in fillings:
                        what = f"{{{slot}}} is not a list of `people` or `slots`"
                        yield Trouble(at, what, near(slot, list(fillings), what="lists are"))


def _known(steps: Steps, named: object, section: str, raw: dict[str, Any]) -> Iterator[Trouble]:
    among = [str(name) for name in _section(raw, section)]
    listed = enumerate(named) if isinstance(named, (list, tuple)) else [(None, named)]
    for number, name in listed:
        if isinstance(name, str) and name not in among:
            where = steps if number is None else (*steps, number)
            what = f"{name!r} is not defined in this policy"
            yield Trouble(where, what, near(name, among, what=f"{section} are"))


def _windows(plan: dict[str, InterventionRule]) -> Iterator[Trouble]:
    for name, rule in plan.items():
        spans = (("opens_after", rule.opens_after), ("target_after", rule.target_after))
        later = (("target_after", rule.target_after), ("closes_after", rule.closes_after))
        for (key, before), (next_key, after) in zip(spans, later, strict=True):
            if after < before:
                what = f"{_span(after)} comes before {key} ({_span(before)})"
                remedy = "it must open, reach its target, then close"
                yield Trouble(("interventions", name, next_key), what, remedy)
        if rule.extends_to is not None and rule.extends_to < rule.closes_after:
            what = (
                f"{_span(rule.extends_to)} comes before closes_after ({_span(rule.closes_after)})"
            )
            remedy = "it is how long the window may be kept open: choose a longer time"
            yield Trouble(("interventions", name, "extends_to"), what, remedy)
        if rule.kind in GROUP_TALKS and not rule.waits_for_operations:
            what = f"no {rule.kind.value} is held while operations go on"
            steps = ("interventions", name, "waits_for_operations")
            yield Trouble(steps, what, "set it to true")


def _plans(raw: dict[str, Any], plan: dict[str, InterventionRule]) -> Iterator[Trouble]:
    for name, trigger in _entries(_section(raw, "triggers")):
        rules = list(_planned(trigger, plan))
        seen: dict[str, str] = {}
        for number, intervention, rule in rules:
            steps: Steps = ("triggers", name, "interventions", number)
            if rule.kind in seen:
                what = f"{intervention} is a {rule.kind.value} like {seen[rule.kind]}"
                yield Trouble(steps, what, "each kind can be planned once: keep one of them")
            seen.setdefault(rule.kind, intervention)
        needs = [intervention for _, intervention, rule in rules if rule.mhp_required]
        if Role.MHP.value in _roles(trigger):
            continue
        steps = ("triggers", name, "team")
        if needs:
            what = f"{needs[0]} needs a mental health professional, and the team has none"
            yield Trouble(steps, what, "add {role: mhp, count: 1}")
        elif trigger.get("tier") in _WITH_AN_MHP:
            what = f"tier {trigger['tier']} engages a mental health professional, and the team has none"
            yield Trouble(steps, what, "add {role: mhp, count: 1}")


def _forbidden(raw: dict[str, Any], plan: dict[str, InterventionRule]) -> Iterator[Trouble]:
    forbids = {str(kind) for kind in _items(raw.get("forbids"))}
    for name, rule in plan.items():
        if rule.kind in forbids:
            what = f"this policy forbids every {rule.kind.value}"
            yield Trouble(("interventions", name, "kind"), what, "take the intervention out")
    for name, trigger in _entries(_section(raw, "triggers")):
        for number, intervention, rule in _planned(trigger, plan):
            if rule.kind in forbids:
                what = f"{intervention} is a {rule.kind.value}, which this policy forbids"
                steps = ("triggers", name, "interventions", number)
                yield Trouble(steps, what, "take it out of the plan")


def _reviews(raw: dict[str, Any]) -> Iterator[Trouble]:
    if "review" not in raw:
        return
    section = _section(raw, "review")
    told = {str(tier) for tier in section}
    for tier in _TIERS:
        if str(tier) not in told:
            what = f"tier {tier} has no clock"
            yield Trouble(("review",), what, "give every tier its backup_after and answer_within")
    for named, clock in _readable(_REVIEW, section):
        if clock.backup_after > clock.answer_within:
            what = f"the backup is told only after {_span(clock.backup_after)}"
            remedy = "answer_within must come after backup_after"
            yield Trouble(("review", named, "answer_within"), what, remedy)


def _planned(
    trigger: dict[str, Any], plan: dict[str, InterventionRule]
) -> Iterator[tuple[int, str, InterventionRule]]:
    for number, name in enumerate(_items(trigger.get("interventions"))):
        if isinstance(name, str) and name in plan:
            yield number, name, plan[name]


def _roles(trigger: dict[str, Any]) -> set[str]:
    return {str(p.get("role")) for p in _items(trigger.get("team")) if isinstance(p, dict)}


def _readable(model: TypeAdapter[Any], section: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, entry in section.items():
        try:
            yield str(name), model.validate_python(entry)
        except ValidationError:
            continue


def _entries(section: dict[Any, Any]) -> Iterator[tuple[Any, dict[str, Any]]]:
    return ((name, entry) for name, entry in section.items() if isinstance(entry, dict))


def _section(raw: dict[str, Any], key: str) -> dict[Any, Any]:
    value = raw.get(key)
    return value if isinstance(value, dict) else {}


def _items(value: object) -> Iterable[Any]:
    return value if isinstance(value, (list, tuple)) else ()


def _span(length: timedelta) -> str:
    minutes = length.total_seconds() / 60
    return f"{minutes / 60:g} h" if minutes >= 60 else f"{minutes:g} min"
