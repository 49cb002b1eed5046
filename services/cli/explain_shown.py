"""Shows a verdict as a program lead reads it at night: plain words, and marks beside the colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.intake import HoldReason, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from services.cli.explain import Explained
    from services.intake.commands import Told
    from services.intake.edge.verdict import Plan, Reason, Response, Verdict
    from services.intake.policy import Pack

_STYLES = {Outcome.CRITICAL: "bold red", Outcome.REVIEW: "bold yellow", Outcome.ROUTINE: "green"}
_HOLDS = {
    HoldReason.EXERCISE: "Nobody would be asked: this is an exercise.",
    HoldReason.CANCELLED: "Nobody would be asked: the incident was cancelled or a false alarm.",
    HoldReason.TOO_OLD: "Nobody would be asked: it happened too long ago to page for.",
    HoldReason.CONTEXT: "Nobody would be asked: a public alert is context, not a call.",
    HoldReason.MODE: "Nobody would be asked by itself: this class waits for a person.",
}
_AROUND = 60
"""Characters of the narrative shown before and behind a quote."""
_SECONDS = {"d": 86_400, "h": 3_600, "min": 60}


_REASONS = 2
"""The gravest come first; the others are named in one line."""


def show(told: Told, verdict: Verdict, pack: Pack, foreseen: Mapping[str, Any] | None) -> None:
    """One verdict on stdout. `foreseen` is the server's word on who would be asked."""
    console = Console(highlight=False, markup=False)
    console.print(_headline(verdict))
    console.print(f"  {_what_follows(verdict)}")
    same = [each for each in verdict.evidence if each.trigger_class == verdict.trigger_class]
    for reason in same[:_REASONS]:
        _show_reason(console, reason, told)
    others = (e for e in verdict.evidence if e.trigger_class != verdict.trigger_class)
    also = dict.fromkeys(each.label for each in others)
    if also:
        console.print(Text(f"Also shown: {'; '.join(also)}"), soft_wrap=True)
    if verdict.would_change:
        console.print(Text("What would change it", style="bold"))
        for sentence in verdict.would_change:
            console.print(f"  {sentence}", soft_wrap=True)
    if verdict.would_happen:
        _show_response(console, verdict.would_happen, verdict, foreseen)
    console.print(Text("Policy", style="bold"))
    console.print(f"  {pack.policy} version {pack.version}: {pack.title}", soft_wrap=True)
    if verdict.ignored_fields:
        console.print(f"  {verdict.ignored_fields} fields of the report are not known, and ignored")


def show_table(found: Sequence[Explained]) -> None:
    """Several verdicts, one a row, with what could not be read."""
    table = Table("#", "where", "verdict", "class", "asked", "why")
    for number, each in enumerate(found, 1):
        where = each.place.rpartition("/")[2]
        if each.verdict is None:
            table.add_row(str(number), where, Text("NOT READ", "bold red"), "", "", each.problem)
            continue
        verdict = each.verdict
        why = verdict.evidence[0].shown if verdict.evidence else ""
        outcome = Text(verdict.outcome.upper(), style=_STYLES[verdict.outcome])
        asked = "yes" if verdict.pages else "no"
        table.add_row(str(number), where, outcome, verdict.label or "", asked, why)
    Console(highlight=False, markup=False).print(table)


def _headline(verdict: Verdict) -> Text:
    line = Text(verdict.outcome.upper(), style=_STYLES[verdict.outcome])
    if verdict.label:
        line.append(f"  {verdict.label}", style="bold")
        line.append(f" (tier {verdict.tier}, {verdict.confidence:.0%} sure)", style="none")
    return line


def _what_follows(verdict: Verdict) -> str:
    if verdict.pages:
        return "The team would be asked by itself."
    if verdict.hold:
        return _HOLDS[verdict.hold]
    match verdict.outcome:
        case Outcome.CRITICAL | Outcome.REVIEW:
            return "A person would be asked to decide: nobody of the team is asked before."
        case Outcome.ROUTINE:
            return "It would be recorded, and nobody would be asked."


def _show_reason(console: Console, reason: Reason, told: Told) -> None:
    console.print(Text("Because", style="bold"))
    line = f"  {reason.shown}  (rule {reason.rule}: {reason.label})"
    console.print(Text(line), soft_wrap=True)
    if reason.quote and reason.span:
        console.print(_quoted(getattr(told.report, reason.field), reason.span), soft_wrap=True)
    console.print(Text(f"  source: {reason.source}", style="dim"), soft_wrap=True)


def _quoted(text: str, span: tuple[int, int]) -> Text:
    """The words between »marks«, so that they stand out without colour too."""
    start, end = span
    before, behind = max(0, start - _AROUND), end + _AROUND
    line = Text("  " + ("..." if before else ""))
    line.append(_one_line(text[before:start]))
    line.append(f"»{_one_line(text[start:end])}«", style="bold reverse")
    line.append(_one_line(text[end:behind]) + ("..." if behind < len(text) else ""))
    return line


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _show_response(
    console: Console, would: Response, verdict: Verdict, foreseen: Mapping[str, Any] | None
) -> None:
    who = "Who would be asked" if verdict.pages else "Who would be asked if a person raises it"
    console.print(Text(who, style="bold"))
    for place in would.places:
        console.print(f"  {place.count} x {place.role}")
    for line in _by_number(foreseen) if foreseen else ():
        console.print(Text(f"  {line}"), soft_wrap=True)
    console.print(
        f"  {would.urgency.value}: each answers within {_span(would.reply_within)}, the team stands"
        f" within {_span(would.form_team_within)}; {would.asked_beyond} more asked at once per role",
        soft_wrap=True,
    )
    console.print(Text("What would be planned", style="bold"))
    table = Table("what", "led by", "for", "opens", "target", "closes")
    for plan in would.interventions:
        table.add_row(*_row(plan))
    console.print(table)
    console.print("  check-ins: " + ", ".join(_at(moment) for moment in would.check_ins))


def _by_number(foreseen: Mapping[str, Any]) -> Iterator[str]:
    """Roster numbers; the lot among equals is drawn again for a real case."""
    for when, key in (("at once", "first"), ("then, one by one", "then")):
        who = ", ".join(f"{each['member_id']} ({each['role']})" for each in foreseen[key])
        yield f"{when}: {who or 'nobody'}"
    for each in foreseen["not_asked"]:
        yield f"not asked: {each['member_id']}, {', '.join(map(_plain, each['reasons']))}"
    for each in foreseen["neighbours"]:
        yield f"{each['agency']} could lend {each['able']}"


def _plain(code: str) -> str:
    return code.replace("_", " ")


def _row(plan: Plan) -> tuple[str, ...]:
    what = plan.kind.replace("_", " ") + (" (MHP required)" if plan.mhp_required else "")
    groups = ", ".join(plan.groups)
    if plan.opens_at is None:
        return what, plan.leads, groups, "when operations end", "", ""
    times = (plan.opens_at, plan.target_at, plan.closes_at)
    return (what, plan.leads, groups, *(_at(each) for each in times if each))


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"


def _span(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    for unit, size in _SECONDS.items():
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
