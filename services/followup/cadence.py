"""Pure arithmetic: when each session's window and each check-in falls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.followup import DeferredIntervention, PlannedCheckIn, PlannedIntervention
from schemas.policy import Driver, Group, InterventionKind, Role
from services.followup.groups import Part, facilitators, parts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from schemas.policy import CaseBrief, InterventionRule


def interventions(brief: CaseBrief) -> tuple[PlannedIntervention, ...]:
    """The sessions whose windows are known: all, or all but groups' while operations go on."""
    anchor = brief.operations_ended_at or brief.occurred_at
    return tuple(
        window(brief, rule, part, anchor if rule.waits_for_operations else brief.occurred_at)
        for rule, part in _per_part(brief)
        if not (rule.waits_for_operations and brief.operations_ongoing)
    )


def deferred(brief: CaseBrief) -> tuple[DeferredIntervention, ...]:
    """The group sessions that wait for the end of operations."""
    return tuple(
        DeferredIntervention(item=item_of(rule, part), group=part.group, rule=rule)
        for rule, part in _per_part(brief)
        if rule.waits_for_operations and brief.operations_ongoing
    )


def opened(brief: CaseBrief, ended_at: datetime) -> tuple[PlannedIntervention, ...]:
    """What waited for the end of operations, with its windows counted from that end."""
    return tuple(
        window(brief, rule, part, ended_at)
        for rule, part in _per_part(brief)
        if rule.waits_for_operations
    )


def opened_anyway(
    brief: CaseBrief, waiting: DeferredIntervention, ended_at: datetime
) -> PlannedIntervention:
    """What waited by the rule of an earlier policy of this case, and the policy of a graver incident
    does not name: it was promised, so it has its window all the same."""
    of_old = {item_of(waiting.rule, part): part for part in parts(brief, waiting.rule)}
    part = of_old.get(waiting.item, Part(waiting.group))
    opened = window(brief, waiting.rule, part, ended_at)
    return opened.model_copy(update={"item": waiting.item})


def window(
    brief: CaseBrief, rule: InterventionRule, part: Part, anchor: datetime
) -> PlannedIntervention:
    """One session's window, counted from `anchor`."""
    return PlannedIntervention(
        item=item_of(rule, part),
        kind=rule.kind,
        group=part.group,
        agency=part.agency,
        discipline=part.discipline,
        part=part.number,
        about=part.about,
        facilitators=facilitators(rule, part, brief),
        driver=rule.driver,
        opens_at=anchor + rule.opens_after,
        target_at=anchor + rule.target_after,
        closes_at=anchor + rule.closes_after,
        extends_to=anchor + rule.extends_to if rule.extends_to else None,
        leads=rule.leads,
        mhp_required=rule.mhp_required,
        source=rule.source,
    )


def staff_support(
    brief: CaseBrief, held: PlannedIntervention, held_at: datetime
) -> PlannedIntervention | None:
    """For those who held a group session, led by a mental health professional."""
    rule = brief.policy.staff_support
    if rule is None:
        return None
    return PlannedIntervention(
        item=f"staff-support-{held.item}"[:63],
        kind=InterventionKind.STAFF_SUPPORT,
        group=held.group,
        driver=Driver.EVENT,
        opens_at=held_at,
        target_at=held_at + rule.target_after,
        closes_at=held_at + rule.closes_after,
        leads=Role.MHP,
        mhp_required=False,
        source=rule.source,
    )


def triage(
    brief: CaseBrief, missed: PlannedIntervention, now: datetime
) -> PlannedIntervention | None:
    """A missed defusing is weighed for a debriefing, where the plan has one for that exposure."""
    rule = brief.policy.triage
    debriefed = {
        group
        for each in brief.policy.interventions
        if each.kind is InterventionKind.DEBRIEFING
        for group in each.groups
    }
    if rule is None or missed.kind is not InterventionKind.DEFUSING or not debriefed:
        return None
    if missed.group in {Group.RESPONDERS, Group.DISPATCHERS} - debriefed:
        return None
    return PlannedIntervention(
        item=f"triage-{missed.item.removeprefix('defusing-')}"[:63],
        kind=InterventionKind.TRIAGE,
        group=missed.group,
        agency=missed.agency,
        discipline=missed.discipline,
        part=missed.part,
        driver=Driver.EVENT,
        opens_at=now,
        target_at=now + rule.target_after,
        closes_at=now + rule.closes_after,
        leads=Role.MHP,
        mhp_required=False,
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
            card=rule.card,
            source=rule.source,
        )
        for number, rule in enumerate(policy.check_ins, start=1)
        for group in policy.check_in_groups
    )


def item_of(rule: InterventionRule, part: Part) -> str:
    """A session's name, such as `defusing-responders` or `debriefing-responders-metro-fire-2`."""
    words = [rule.kind, part.group, part.label, str(part.number or "")]
    return "-".join(word for word in words if word).replace("_", "-")


def _per_part(brief: CaseBrief) -> Iterator[tuple[InterventionRule, Part]]:
    for rule in brief.policy.interventions:
        for part in parts(brief, rule):
            yield rule, part
