"""The recommendation: which rules hold, which trigger class is gravest, and what holds a page back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.intake import Evidence, HoldReason, IncidentStatus, Mode, Outcome, Screening
from services.intake.screening.signals import Shown, shown_by

if TYPE_CHECKING:
    from datetime import datetime

    from schemas.intake import Shown as ShownBefore
    from services.intake.commands import Report
    from services.intake.policy import Pack
    from services.intake.rules import Rule

_GRAVITY = {Outcome.CRITICAL: 0, Outcome.REVIEW: 1, Outcome.ROUTINE: 2}
_PAGES = frozenset({Mode.AUTO_PAGE, Mode.AUTO_PLAN})


def screen(  # noqa: PLR0913, PLR0917 - the case's memory comes with the report
    report: Report,
    pack: Pack,
    occurred_at: datetime,
    now: datetime,
    earlier: tuple[ShownBefore, ...] = (),  # noqa: ARG001
    beside: tuple[ShownBefore, ...] = (),  # noqa: ARG001
) -> Screening:
    """What this report alone recommends. The reaction makes an incident critical, so a human may
    raise or lower it at any time (docs/domain.md, rule 1)."""
    shown = shown_by(report, pack)
    held = [rule for rule in pack.rules if _holds(rule, shown)]
    if not held:
        return Screening(outcome=Outcome.ROUTINE, policy=pack.policy, policy_version=pack.version)
    gravest = min(held, key=lambda rule: (_GRAVITY[rule.outcome], pack.triggers[rule.trigger].tier))
    trigger = pack.triggers[gravest.trigger]
    return Screening(
        outcome=gravest.outcome,
        policy=pack.policy,
        policy_version=pack.version,
        trigger_class=gravest.trigger,
        tier=trigger.tier,
        mode=trigger.mode,
        hold=_hold(report, trigger.mode, too_old=now - occurred_at > pack.clocks.pages_until),
        evidence=tuple(_evidence(rule, shown) for rule in held),
    )


def wants_team(screening: Screening) -> bool:
    """Whether this recommendation brings the team in by itself."""
    return screening.outcome is Outcome.CRITICAL and screening.hold is None


def _holds(rule: Rule, shown: dict[str, Shown]) -> bool:
    wanted = all(signal in shown for signal in rule.all_of)
    return wanted and not any(signal in shown for signal in rule.unless)


def _hold(report: Report, mode: Mode, *, too_old: bool) -> HoldReason | None:
    if report.exercise:
        return HoldReason.EXERCISE
    if report.status in {IncidentStatus.CANCELLED, IncidentStatus.FALSE_ALARM}:
        return HoldReason.CANCELLED
    if too_old:
        return HoldReason.TOO_OLD
    return None if mode in _PAGES else HoldReason.MODE


def _evidence(rule: Rule, shown: dict[str, Shown]) -> Evidence:
    places = [shown[signal] for signal in rule.all_of]
    return Evidence(
        rule=rule.id,
        trigger_class=rule.trigger,
        field=places[0].field,
        shown="; ".join(f"{place.field}: {place.what}" for place in places)[:120],
        source=rule.source,
    )
