"""What a report would lead to, for a person to read: the verdict, why, and what would happen.

Pure, and kept by nobody: it quotes the caller's own words back, so it goes to the caller alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import BaseModel

from schemas.intake import Evidence, HoldReason, Mode, Outcome
from schemas.policy import Group, InterventionKind, Place, Role, Urgency
from services.intake.screening.screen import screen, wants_team, would_change

if TYPE_CHECKING:
    from schemas.intake import Screening
    from schemas.policy import InterventionRule
    from services.intake.commands import Report, Told
    from services.intake.policy import Pack

_TEXTS = frozenset({"narrative", "incident_type", "incident_code", "address"})
"""Fields in which a span can be quoted."""


class Reason(BaseModel):
    """One reason behind the verdict, with the caller's own words where there are any."""

    rule: str
    trigger_class: str
    label: str
    field: str
    shown: str
    span: tuple[int, int] | None
    quote: str | None
    """The words of the report at `span`."""
    source: str


class Plan(BaseModel):
    """One intervention that would be planned, with the times of its window."""

    kind: InterventionKind
    leads: Role
    mhp_required: bool
    groups: tuple[Group, ...]
    waits_for_operations: bool
    """Its window is counted from the end of operations, if that is later than the incident."""
    opens_at: datetime | None
    """None, as the two others, while operations go on."""
    target_at: datetime | None
    closes_at: datetime | None
    source: str


class Response(BaseModel):
    """What the team would be asked."""

    urgency: Urgency
    places: tuple[Place, ...]
    """Roles and counts needed; who that would be is dispatch's to know."""
    asked_beyond: int
    """Members asked at once per role beyond the places still open."""
    reply_within: timedelta
    form_team_within: timedelta
    interventions: tuple[Plan, ...]
    check_ins: tuple[datetime, ...]


class Verdict(BaseModel):
    """The dry run of one report. Nothing of it was stored."""

    outcome: Outcome
    trigger_class: str | None
    label: str | None
    tier: int | None
    mode: Mode | None
    hold: HoldReason | None
    confidence: float
    policy: str
    policy_version: int
    pages: bool
    """Whether this report alone would bring the team in by itself; a hazard alert never does."""
    evidence: tuple[Reason, ...]
    would_change: tuple[str, ...]
    """What would lead to another verdict, in sentences."""
    would_happen: Response | None
    """What would be asked and planned: by itself when `pages`, else when a person raises it."""
    ignored_fields: int


def explain(told: Told, pack: Pack, now: datetime) -> Verdict:
    """What this report would lead to, had it come at `now` and alone."""
    report = told.report
    occurred_at = min(report.occurred_at or now, now)
    screening = screen(report, pack, occurred_at, now)
    trigger = screening.trigger_class
    return Verdict(
        outcome=screening.outcome,
        trigger_class=trigger,
        label=pack.triggers[trigger].label if trigger else None,
        tier=screening.tier,
        mode=screening.mode,
        hold=screening.hold,
        confidence=screening.confidence,
        policy=screening.policy,
        policy_version=screening.policy_version,
        pages=wants_team(screening) and not report.context_only,
        evidence=_reasons(screening, report, pack),
        would_change=would_change(screening, pack),
        would_happen=_response(pack, trigger, report, occurred_at) if trigger else None,
        ignored_fields=told.ignored_fields,
    )


def _reasons(screening: Screening, report: Report, pack: Pack) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            rule=each.rule,
            trigger_class=each.trigger_class,
            label=pack.triggers[each.trigger_class].label,
            field=each.field,
            shown=each.shown,
            span=each.span,
            quote=_quote(each, report),
            source=each.source,
        )
        for each in screening.evidence
    )


def _quote(evidence: Evidence, report: Report) -> str | None:
    if evidence.span is None or evidence.field not in _TEXTS:
        return None
    start, end = evidence.span
    text: str = getattr(report, evidence.field)
    return text[start:end] or None


def _response(pack: Pack, trigger: str, report: Report, occurred_at: datetime) -> Response:
    policy = pack.snapshot(trigger)
    return Response(
        urgency=pack.urgency(trigger),
        places=policy.places,
        asked_beyond=policy.surplus,
        reply_within=policy.reply_within,
        form_team_within=policy.form_team_within,
        interventions=tuple(_plan(rule, report, occurred_at) for rule in policy.interventions),
        check_ins=tuple(occurred_at + rule.after for rule in policy.check_ins),
    )


def _plan(rule: InterventionRule, report: Report, occurred_at: datetime) -> Plan:
    """As followup counts: group windows from the end of operations, all others from the incident."""
    start: datetime | None = occurred_at
    if rule.waits_for_operations:
        start = None if report.operations_ongoing else report.operations_ended_at or occurred_at
    return Plan(
        kind=rule.kind,
        leads=rule.leads,
        mhp_required=rule.mhp_required,
        groups=rule.groups,
        waits_for_operations=rule.waits_for_operations,
        opens_at=start and start + rule.opens_after,
        target_at=start and start + rule.target_after,
        closes_at=start and start + rule.closes_after,
        source=rule.source,
    )
