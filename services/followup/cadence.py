"""Pure arithmetic: when each session's window and each check-in falls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.followup import DeferredIntervention, PlannedCheckIn, PlannedIntervention

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from schemas.policy import CaseBrief, Group, InterventionRule


def interventions(brief: CaseBrief) -> tuple[PlannedIntervention, ...]:
    """The sessions whose windows are known: all, or all but groups' while operations go on."""
    anchor = brief.operations_ended_at or brief.occurred_at
    return tuple(
        window(rule, group, anchor if rule.waits_for_operations else brief.occurred_at)
        for rule, group in _per_group(brief)
        if not (rule.waits_for_operations and brief.operations_ongoing)
    )


def deferred(brief: CaseBrief) -> tuple[DeferredIntervention, ...]:
    """The group sessions that wait for the end of operations."""
    return tuple(
        DeferredIntervention(item=_item(rule, group), group=group, rule=rule)
        for rule, group in _per_group(brief)
        if rule.waits_for_operations and brief.operations_ongoing
    )


def window(rule: InterventionRule, group: Group, anchor: datetime) -> PlannedIntervention:
    """One session's window, counted from `anchor`."""
    return PlannedIntervention(
        item=_item(rule, group),
        kind=rule.kind,
        group=group,
        opens_at=anchor + rule.opens_after,
        target_at=anchor + rule.target_after,
        closes_at=anchor + rule.closes_after,
        leads=rule.leads,
        mhp_required=rule.mhp_required,
        source=rule.source,
    )


def check_ins(brief: CaseBrief) -> tuple[PlannedCheckIn, ...]:
    """The follow-up contacts of every group, counted from the incident."""
    policy = brief.policy
    return tuple(
        PlannedCheckIn(
            item=f"check-in-{number}-{group}",
            number=number,
            group=group,
            due_at=brief.occurred_at + rule.after,
            closes_at=brief.occurred_at + rule.after + policy.check_in_grace,
            source=rule.source,
        )
        for number, rule in enumerate(policy.check_ins, start=1)
        for group in policy.check_in_groups
    )


def _per_group(brief: CaseBrief) -> Iterator[tuple[InterventionRule, Group]]:
    for rule in brief.policy.interventions:
        for group in rule.groups:
            yield rule, group


def _item(rule: InterventionRule, group: Group) -> str:
    return f"{rule.kind}-{group}".replace("_", "-")
