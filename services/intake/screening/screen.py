"""The recommendation: which rules hold, which trigger class is gravest, and what holds a page back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.intake import Evidence, HoldReason, IncidentStatus, Mode, Outcome, Screening, Shown
from services.intake.screening.signals import Page, shown_by, told_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from services.intake.commands import Report
    from services.intake.policy import Pack
    from services.intake.rules import Rule

_GRAVITY = {Outcome.CRITICAL: 0, Outcome.REVIEW: 1, Outcome.ROUTINE: 2}
_PAGES = frozenset({Mode.AUTO_PAGE, Mode.AUTO_PLAN})
_A_POSSIBILITY = 0.5
_NOTHING_SHOWN = {True: 0.97, False: 0.9}
"""How sure a routine recommendation is with a narrative and without one, as measured on labelled
incidents (docs/explanation/screening.md)."""


def screen(
    report: Report,
    pack: Pack,
    occurred_at: datetime,
    now: datetime,
    earlier: tuple[Shown, ...] = (),
    beside: tuple[Shown, ...] = (),
) -> Screening:
    """What is recommended for a case after this report.

    `earlier` is what the same source's reports have shown: of fields that this report is silent
    about it stays, of the others this report says it anew. `beside` is what other sources have
    shown, which this one cannot take back. The reaction makes an incident critical, so a human may
    raise or lower it at any time (docs/domain.md, rule 1).
    """
    told, page = told_fields(report), Page(report, pack)
    own = (*shown_by(page), *(each for each in earlier if each.field not in told))
    shown = {each.signal: each for each in reversed((*own, *beside))}
    held = [rule for rule in pack.rules if _holds(rule, shown)]
    if report.context_only:  # an alert warns of what may be: that alone is no reason to look
        held = [rule for rule in held if _sure_of(rule, shown) > _A_POSSIBILITY]
    gravest = min(held, key=_gravity(pack), default=None)
    if gravest is None:
        sure = _NOTHING_SHOWN[bool(report.narrative)]
        return Screening(
            outcome=Outcome.ROUTINE,
            policy=pack.policy,
            policy_version=pack.version,
            confidence=sure,
            shown=own,
        )
    trigger = pack.triggers[gravest.trigger]
    outcome = gravest.outcome
    if report.context_only and outcome is Outcome.CRITICAL:
        outcome = Outcome.REVIEW
    too_old = now - occurred_at > pack.clocks.pages_until
    staged = report.exercise or page.is_staged
    return Screening(
        outcome=outcome,
        policy=pack.policy,
        policy_version=pack.version,
        trigger_class=gravest.trigger,
        tier=trigger.tier,
        mode=trigger.mode,
        hold=_hold(report, trigger.mode, staged=staged, too_old=too_old),
        confidence=_sure_of(gravest, shown),
        evidence=tuple(_evidence(rule, shown) for rule in sorted(held, key=_gravity(pack))),
        shown=own,
    )


def wants_team(screening: Screening) -> bool:
    """Whether this recommendation brings the team in by itself."""
    return screening.outcome is Outcome.CRITICAL and screening.hold is None


def would_change(screening: Screening, pack: Pack) -> tuple[str, ...]:
    """What would lead to another recommendation, in sentences: first what is graver, then what
    holds a page back."""
    return (*dict.fromkeys(_graver(screening, pack)), *_held_back(screening))


def _graver(screening: Screening, pack: Pack) -> Iterator[str]:
    shown = {each.signal for each in screening.shown}
    now = (_GRAVITY[screening.outcome], screening.tier or 9)
    for rule in pack.rules:
        trigger = pack.triggers[rule.trigger]
        then = (_GRAVITY[rule.outcome], trigger.tier)
        missing = [signal for signal in rule.all_of if signal not in shown]
        blocked = any(signal in shown for signal in rule.unless)
        near = len(missing) == 1 and (len(rule.all_of) > 1 or missing[0].startswith("child_"))
        if near and not blocked and then < now:
            what = missing[0].replace("_", " ")
            yield f"If it showed “{what}”: {trigger.label} ({rule.outcome.value})."


_OTHERWISE = {
    HoldReason.MODE: "If a person raises it: the team is called.",
    HoldReason.EXERCISE: "If it were not an exercise: the team would be called as recommended.",
    HoldReason.CANCELLED: "If it turns out to be real: the team would be called as recommended.",
    HoldReason.TOO_OLD: "If it had happened lately: the team would be called as recommended.",
    HoldReason.CONTEXT: "If a center reports a call of its own: that call is screened by itself.",
}


def _held_back(screening: Screening) -> Sequence[str]:
    if screening.hold is not None:
        return (_OTHERWISE[screening.hold],)
    if screening.outcome is Outcome.CRITICAL:
        return ("If it were cancelled, a false alarm or an exercise: nobody would be paged.",)
    return ()


def _gravity(pack: Pack) -> Callable[[Rule], tuple[int, int]]:
    return lambda rule: (_GRAVITY[rule.outcome], pack.triggers[rule.trigger].tier)


def _sure_of(rule: Rule, shown: Mapping[str, Shown]) -> float:
    return min(shown[signal].confidence for signal in rule.all_of)


def _holds(rule: Rule, shown: Mapping[str, Shown]) -> bool:
    wanted = all(signal in shown for signal in rule.all_of)
    return wanted and not any(signal in shown for signal in rule.unless)


def _hold(report: Report, mode: Mode, *, staged: bool, too_old: bool) -> HoldReason | None:
    if report.context_only:
        return HoldReason.CONTEXT
    if staged:
        return HoldReason.EXERCISE
    if report.status in {IncidentStatus.CANCELLED, IncidentStatus.FALSE_ALARM}:
        return HoldReason.CANCELLED
    if too_old:
        return HoldReason.TOO_OLD
    return None if mode in _PAGES else HoldReason.MODE


def _evidence(rule: Rule, shown: Mapping[str, Shown]) -> Evidence:
    places = [shown[signal] for signal in rule.all_of]
    return Evidence(
        rule=rule.id,
        trigger_class=rule.trigger,
        field=places[0].field,
        shown="; ".join(f"{place.field}: {place.what}" for place in places)[:120],
        source=rule.source,
        span=places[0].span,
    )
