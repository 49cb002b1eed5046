"""The packs that ship: the same classes in both, one to one always offered, and no debriefing in one."""

from __future__ import annotations

from functools import lru_cache

import pytest

from schemas.policy import InterventionKind
from services.intake.pack.problems import BadPolicy
from services.intake.pack.sources import find_source, shipped_packs
from services.intake.policy import Pack, read_pack

CLASSES = {
    *("line_of_duty_death", "coworker_suicide", "coworker_death", "mass_casualty", "disaster"),
    *("active_assailant", "serious_duty_injury", "officer_involved_shooting", "child_death"),
    *("child_critical", "violence_against_responder", "sexual_violence_against_responder"),
    *("agency_harmed_civilian", "adverse_clinical_event", "violent_death", "failed_resuscitation"),
    *("failed_rescue", "known_victim", "media_interest", "hazmat_exposure", "threat_to_life"),
    *("dispatcher_exposure", "suicide_attempt", "child_abduction", "self_raised", "cumulative"),
}
TALKING_IT_OVER = {InterventionKind.DEBRIEFING, InterventionKind.DEFUSING}
every_pack = pytest.mark.parametrize("name", shipped_packs())


@lru_cache
def pack(name: str) -> Pack:
    return read_pack(find_source(name))


def test_both_packs_ship_and_what_they_include_is_no_pack() -> None:
    assert {"cism", "stepped-care"} <= set(shipped_packs())
    assert "screening" not in shipped_packs()


@every_pack
def test_every_class_is_there_and_offers_a_talk_to_each_person(name: str) -> None:
    assert set(pack(name).triggers) >= CLASSES
    for trigger in pack(name).triggers.values():
        kinds = {pack(name).interventions[plan].kind for plan in trigger.interventions}
        assert InterventionKind.ONE_ON_ONE in kinds, trigger.label


@every_pack
def test_a_team_keeps_to_the_published_size(name: str) -> None:
    """Two to four members, and one more where a chaplain or a large group asks for it."""
    sizes = {key: sum(p.count for p in t.team) for key, t in pack(name).triggers.items()}

    assert all(1 <= size <= 5 for size in sizes.values()), sizes
    assert {key for key, size in sizes.items() if size > 3} == {
        key for key, trigger in pack(name).triggers.items() if trigger.tier == 1
    }


def test_the_packs_differ_in_what_they_plan_and_in_nothing_that_decides() -> None:
    cism, stepped = pack("cism"), pack("stepped-care")

    for name, trigger in cism.triggers.items():
        other = stepped.triggers[name]
        assert (trigger.tier, trigger.mode, trigger.team) == (other.tier, other.mode, other.team)
    assert (cism.clocks, cism.review) == (stepped.clocks, stepped.review)
    assert (cism.signals, cism.rules) == (stepped.signals, stepped.rules)


def test_stepped_care_plans_no_psychological_group_session() -> None:
    stepped = pack("stepped-care")

    assert set(stepped.forbids) == TALKING_IT_OVER
    for name in stepped.triggers:
        planned = {rule.kind for rule in stepped.snapshot(name).interventions}
        assert not planned & TALKING_IT_OVER
        assert all(not rule.mhp_required for rule in stepped.snapshot(name).interventions)


def test_stepped_care_screens_itself_in_the_fourth_week_before_the_clinician() -> None:
    for name, rules in pack("stepped-care").check_ins.items():
        days = {rule.after.days: rule.source for rule in rules}
        assert "TSQ" in days[21], name
        assert "clinician" in days[28], name


DEBRIEFING = {
    "kind": "debriefing",
    "opens_after": "P1D",
    "target_after": "P3D",
    "closes_after": "P10D",
    "leads": "mhp",
    "mhp_required": True,
    "waits_for_operations": True,
    "source": "ours",
}


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ({"interventions.briefing": DEBRIEFING}, "interventions.briefing.kind"),
        ({"interventions.briefing.kind": "debriefing"}, "triggers.mass_casualty.interventions"),
        ({"triggers.child_death.interventions": ["debriefing"]}, "not defined"),
        ({"interventions.debriefing": DEBRIEFING}, "nothing to override"),
        ({"forbids": [], "interventions.briefing": DEBRIEFING}, "cannot be overridden"),
        ({"interventions.one_on_one.kind": "defusing"}, "forbids every defusing"),
    ],
)
def test_no_override_brings_a_debriefing_back(overrides: dict[str, object], told: str) -> None:
    with pytest.raises(BadPolicy, match=told):
        read_pack(find_source("stepped-care"), overrides)


def test_a_pack_built_without_a_file_cannot_plan_what_it_forbids_either() -> None:
    parts = pack("cism").model_dump()

    with pytest.raises(ValueError, match="forbids"):
        Pack.model_validate({**parts, "forbids": ["debriefing"]})
