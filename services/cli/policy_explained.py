"""What a policy does for one class, or why one value is what it is, with the sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from schemas.policy import Role
from services.cli.policy_overview import is_at, overridden, plain_table, show
from services.cli.policy_words import MODES, ROLES, length, number, phrase, span
from services.intake.pack.problems import dotted, near

if TYPE_CHECKING:
    from services.cli.policy_opened import Opened
    from services.intake.pack.problems import Steps

_ELSEWHERE = {"self_raised": "policy/requests.yaml", "cumulative": "policy/cumulative.yaml"}
"""What no report shows is none of intake's business: dispatch reads the numbers there."""
_LENGTH_KEYS = (
    "after",
    "within",
    "until",
    "grace",
    "life",
    "auto_page",
    "auto_plan",
    "tier1",
    "lately",
)


def show_class(opened: Opened, name: str) -> None:
    """Who is asked, how soon, what is planned with its windows, and which rules lead here."""
    trigger = opened.pack.triggers[name]
    spot = opened.layers.spot(("triggers", name), at_key=True)
    print(f"{trigger.label} ({name}), tier {trigger.tier}: {opened.title}")
    print(f"written at {spot}; source: {trigger.source}")
    for line in overridden(opened, f"triggers.{name}"):
        print(line)
    print(
        f"\nOnce screening finds it, the policy {MODES[trigger.mode.value]} ({trigger.mode.value}).\n"
    )
    for line in (*_people(opened, name), *_reviewing(opened, name)):
        print(f"  {line}")
    _show_plan(opened, name)
    _show_check_ins(opened, name)
    _show_rules(opened, name)
    if file := _ELSEWHERE.get(name):
        print(f"\nIts own numbers are in {file}, which no screening reads.")


def _people(opened: Opened, name: str) -> Iterator[str]:
    pack, snapshot = opened.pack, opened.pack.snapshot(name)
    team = ", ".join(number(place.count, place.role.value) for place in snapshot.places)
    marked = _mark(opened, ("triggers", name, "team"))
    yield f"Asked when the team is wanted: {team}{marked}; {snapshot.surplus} more of each role is"
    yield f"asked at once, so that a decline costs no time{_mark(opened, ('clocks', 'surplus'))}."
    if any(place.role is Role.PEER for place in snapshot.places):
        per_peer = _mark(opened, ("clocks", "participants_per_peer"))
        yield "Where a feed says how many were there, one peer is asked for every"
        yield f"{snapshot.participants_per_peer} of them{per_peer}, and never fewer than that."
    key = "auto_plan" if pack.urgency(name) == "today" else "auto_page"
    replies = _mark(opened, ("clocks", "reply_within", key))
    yield f"An offer stays open {span(snapshot.reply_within)}{replies}, then the next is asked."
    share = _mark(opened, ("clocks", "next_channel_after"))
    yield "A silent member is tried on their next channel after every"
    yield f"{snapshot.next_channel_after:.0%} of that time{share}."
    standing = _mark(opened, ("clocks", "form_team_within"))
    yield f"The team should stand within {span(snapshot.form_team_within)}{standing}."
    answered = _mark(opened, ("clocks", "alarm_answer_within"))
    yield "Program leads are called when no coordinator has answered an alarm for"
    yield f"{span(snapshot.alarm_answer_within)}{answered}."


def _reviewing(opened: Opened, name: str) -> Iterator[str]:
    backup, answer = opened.pack.review_clock(name)
    marked = _mark(opened, ("review", opened.pack.triggers[name].tier))
    yield "When screening leaves it to a person, mental health professionals are told after"
    yield f"{span(backup)} without an answer, and everyone who could answer after {span(answer)}{marked}."


def _show_plan(opened: Opened, name: str) -> None:
    print("\nPlanned, counted from the incident; what waits, from the end of operations:\n")
    table = plain_table("what", "opens", "wanted within", "closes", "led by", "waits", "source")
    for plan in opened.pack.triggers[name].interventions:
        rule = opened.pack.interventions[plan]
        windows = (rule.opens_after, rule.target_after, rule.closes_after)
        opens, target, closes = (span(window) for window in windows)
        mark = "*" if _mark(opened, ("interventions", plan)) else ""
        waits = "yes" if rule.waits_for_operations else "no"
        leads = ROLES[rule.leads.value]
        table.add_row(
            plan + mark,
            "at once" if opens == "0 s" else opens,
            target,
            closes,
            leads,
            waits,
            rule.source,
        )
    show(table)
    for plan in opened.pack.triggers[name].interventions:
        for line in overridden(opened, f"interventions.{plan}"):
            print(line)


def _show_check_ins(opened: Opened, name: str) -> None:
    listed = opened.pack.triggers[name].check_ins
    print(f"\nChecked in on after ({listed}{_mark(opened, ('check_ins', listed))}):\n")
    table = plain_table("after", "source")
    for rule in opened.pack.check_ins[listed]:
        table.add_row(span(rule.after), rule.source)
    show(table)


def _show_rules(opened: Opened, name: str) -> None:
    rules = [rule for rule in opened.pack.rules if rule.trigger == name]
    if not rules:
        print("\nNo rule of screening leads here: a person raises it, or it arises by itself.")
        return
    print("\nRules of screening that lead here:\n")
    table = plain_table("rule", "recommends", "shown together", "unless", "source")
    for rule in rules:
        unless = ", ".join(rule.unless) or "-"
        table.add_row(rule.id, rule.outcome.value, ", ".join(rule.all_of), unless, rule.source)
    show(table)


def show_value(opened: Opened, asked: str) -> bool:
    """The value at a path, or all values below it, each with its place and source; False: no such."""
    tree = opened.pack.model_dump(mode="json")
    leaves = [leaf for leaf in _leaves((), tree) if is_at(dotted(leaf[0]), asked)]
    for steps, value in leaves:
        if steps[-1] == "source" and len(leaves) > 1:
            continue  # it stands with every value that it is the source of
        print(f"{dotted(steps)} = {_told(steps, value)}")
        if (meaning := phrase(steps)) and steps[0] != "rules":
            print(f"  {meaning}")
        for line in _origin(opened, steps, _source(tree, steps)):
            print(f"  {line}")
    return bool(leaves)


def _origin(opened: Opened, steps: Steps, of_entry: str) -> Iterator[str]:
    source = opened.layers.comment(steps) or of_entry or "none is written beside it"
    spot = opened.layers.spot_in_file(steps)
    before = opened.in_file(steps)
    if before is None:
        yield f"source: {source}"
        told = (
            "written at"
            if opened.layers.is_written(steps)
            else "left to its default in the part at"
        )
        yield f"{told} {spot}"
    else:
        yield "source: an override of your own"
        yield f"the file says {before} at {spot}; its source: {source}"


def nearest(opened: Opened, asked: str) -> str:
    """What may have been meant: a class, a path, or a path that ends like this."""
    tree = opened.pack.model_dump(mode="json")
    paths = [dotted(steps) for steps, _ in _leaves((), tree)]
    ending = [path for path in paths if path.endswith(f".{asked}")]
    if ending:
        return f"did you mean {' or '.join(ending[:3])}?"
    sections = {
        part for path in paths for part in (path.partition(".")[0], path.rpartition(".")[0])
    }
    return near(
        asked,
        [*opened.pack.triggers, *sorted(sections), *paths],
        what="look at the list of `tailboard policy explain`; it",
    )


def _mark(opened: Opened, steps: Steps) -> str:
    """` [override; the file: 15 min]`, or nothing."""
    here = opened.in_file(steps)
    below = [path for path in opened.layers.overridden if is_at(dotted(path), dotted(steps))]
    if here is None and not below:
        return ""
    return f" [override; the file: {here}]" if here is not None else " [override]"


def _leaves(steps: Steps, value: Any) -> Iterator[tuple[Steps, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves((*steps, key), inner)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for place, inner in enumerate(value):
            yield from _leaves((*steps, place), inner)
    else:
        yield steps, value


def _told(steps: Steps, value: Any) -> str:
    """As the file has it, and a length of time in words behind it."""
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    is_length = isinstance(value, str) and str(steps[-1]).endswith(_LENGTH_KEYS)
    return f"{value} ({span(length(value))})" if is_length else str(value)


def _source(tree: Any, steps: Steps) -> str:
    """The `source` of the entry that the value belongs to."""
    found = ""
    for step in steps:
        tree = tree[step]
        if isinstance(tree, dict) and isinstance(tree.get("source"), str):
            found = tree["source"]
    return found
