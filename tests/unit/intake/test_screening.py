"""From what is shown to a recommendation: rules, holds, what stays, and what would change it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from schemas.intake import HoldReason, IncidentStatus, Mode, Outcome, Screening
from services.intake.commands import IncidentCode, Report
from services.intake.screening.screen import screen, wants_team, would_change
from services.intake.screening.words import spelt_out
from tests.unit.intake.reports import NOW, pack, report

if TYPE_CHECKING:
    from services.intake.rules import Rule, Signal


def screened(**fields: Any) -> Screening:
    return screen(report(**fields), pack(), NOW, NOW)


def shown(**fields: Any) -> set[str]:
    return {each.signal for each in screened(**fields).shown}


def _plainest(signal: Signal) -> dict[str, Any]:  # noqa: PLR0911 - one line per part
    """The plainest report that shows one signal."""
    if signal.flags:
        return {"flags": signal.flags[:1]}
    if signal.responders:
        return {"responders": signal.responders[:1]}
    if signal.patients:
        looks = signal.patients[0]
        age = None if looks.age_below is None else looks.age_below - 1
        outcome = looks.outcomes[0] if looks.outcomes else "unknown"
        patient = {"age_years": age, "outcome": outcome, "resuscitated": bool(looks.resuscitated)}
        return {"patients": (patient,)}
    if signal.people_hurt:
        return {"people_hurt": signal.people_hurt}
    if signal.people_killed:
        return {"people_killed": signal.people_killed}
    if signal.lasted:
        return {"on_scene_at": NOW - signal.lasted, "operations_ended_at": NOW}
    if signal.codes:
        codes = signal.codes[0]
        return {"codes": ({"system": codes.system, "code": codes.like[0].replace("*", "")},)}
    return {"narrative": _sentence(signal)}


def _sentence(signal: Signal) -> str:
    finding = signal.narrative[0]
    who = {"responder": "firefighter", "child": "4 yo", "working_dog": "police dog"}
    name = who.get(finding.who[0], "employee") if finding.who else "45 yom"
    if finding.who[:1] in {("adult",), ("unknown",)}:
        name = "45 yom"
    words = pack().vocabulary
    slots = words.people.model_dump() | words.slots
    (phrase, *_) = spelt_out(words.happenings[finding.what[0]][0], slots)
    return f"{'possible ' if finding.maybe else ''}{name} {phrase}"


@pytest.mark.parametrize("rule", pack().rules, ids=lambda rule: rule.id)
def test_every_rule_of_the_pack_is_reached_and_gives_its_reason(rule: Rule) -> None:
    fields: dict[str, Any] = {}
    for name in rule.all_of:
        for field, value in _plainest(pack().signals[name]).items():
            before = fields.get(field)
            joins = isinstance(value, str | tuple) and before is not None
            fields[field] = (
                before + (" " if isinstance(value, str) else ()) + value if joins else value
            )

    screening = screened(**fields)

    found = {evidence.rule: evidence for evidence in screening.evidence}
    assert rule.id in found
    assert found[rule.id].source == rule.source
    assert found[rule.id].trigger_class == rule.trigger
    assert screening.outcome is not Outcome.ROUTINE


@pytest.mark.parametrize(
    ("system", "code", "signal"),
    [
        ("apco", "ACTSHOOT", "assailant"),
        ("apco", "mayday", "responder_at_risk"),
        ("disposition", "39", "someone_died"),
        ("neris", "traumatic_event:PEDIATRIC CPR", "child_arrest"),
        ("neris", "type:MEDICAL||ILLNESS||CARDIAC_ARREST", "adult_arrest"),
        ("nemsis", "eScene.07:9923003", "many_casualties"),
        ("mpds", "09-D-01", "adult_arrest"),
    ],
)
def test_a_code_shows_its_signal(system: str, code: str, signal: str) -> None:
    codes = (IncidentCode.model_validate({"system": system, "code": code}),)

    assert signal in shown(codes=codes)
    assert signal not in shown(
        codes=(IncidentCode.model_validate({"system": "local", "code": code}),)
    )


@pytest.mark.parametrize(
    ("fields", "trigger"),
    [
        ({"narrative": "working code on a 3 y/o"}, "child_critical"),
        ({"narrative": "3 yom pronounced on scene"}, "child_death"),
        ({"narrative": "FF fell through the floor, MAYDAY, RIT deployed"}, "serious_duty_injury"),
        ({"narrative": "medic punched by pt"}, "violence_against_responder"),
        ({"narrative": "shots fired at officers"}, "violence_against_responder"),
        ({"incident_type": "Officer line-of-duty death"}, "line_of_duty_death"),
        ({"narrative": "officer involved shooting, one down"}, "officer_involved_shooting"),
        ({"narrative": "active shooter in the school"}, "active_assailant"),
        ({"narrative": "MVA, 3 dead 12 injured"}, "mass_casualty"),
        ({"narrative": "45 yom hanging, DOA"}, "violent_death"),
        ({"patients": ({"age_years": 6, "outcome": "died"},)}, "child_death"),
    ],
)
def test_what_shakes_a_crew_is_critical(fields: dict[str, Any], trigger: str) -> None:
    screening = screened(**({"incident_type": "Call"} | fields))

    assert screening.outcome is Outcome.CRITICAL
    assert screening.trigger_class == trigger
    assert screening.evidence[0].trigger_class == trigger, "the gravest reason comes first"


@pytest.mark.parametrize(
    "narrative",
    [
        "child locked in car, running, child ok",
        "mock MCI drill, 20 black tags",
        "vehicle vs pole, no injuries",
        "medics on scene, pt refused",
        "officers checking on dog hit by car, deceased",
    ],
)
def test_what_does_not_is_routine(narrative: str) -> None:
    assert screened(incident_type="Call", narrative=narrative).outcome is Outcome.ROUTINE


@pytest.mark.parametrize(
    ("kind", "notes"),
    [
        ("CARDIAC ARREST", "not in arrest, pt awake"),
        ("CARDIAC ARREST", "now talking to crew, to cath lab"),
        ("SHOOTING", "no one shot, was fireworks"),
        ("WATER RESCUE", "swimmer made it to shore, no injuries"),
        ("DROWNING", "child pulled out by guard, never stopped breathing, signed off"),
        ("MVA ENTRAPMENT", "no entrapment, no inj"),
        ("SHOOTING", "movie set, actors with prop guns, permit on file"),
        ("DOA", "doa raccoon in roadway"),
        ("COLLAPSE", "porch roof, nobody under it"),
    ],
)
def test_notes_take_back_what_the_type_said_in_the_first_seconds(kind: str, notes: str) -> None:
    assert screened(incident_type=kind).outcome is not Outcome.ROUTINE or "DROWN" in kind
    assert screened(incident_type=kind, narrative=notes).outcome is Outcome.ROUTINE


@pytest.mark.parametrize(
    ("kind", "notes"),
    [
        ("CARDIAC ARREST", "daughter is fine, pt pulseless"),
        ("DROWNING", "mother refused transport, toddler pronounced"),
        ("SHOOTING", "officer not injured, one male doa gsw"),
        ("FALL", "ff unconscious, partner has no injuries"),
    ],
)
def test_somebody_who_is_well_takes_back_nobody_elses_death(kind: str, notes: str) -> None:
    assert screened(incident_type=kind, narrative=notes).outcome is not Outcome.ROUTINE


def test_somebody_of_ours_tells_something_once_they_are_hurt() -> None:
    assert screened(
        incident_type="Call", narrative="helped officers wife change a tire"
    ).outcome is (Outcome.ROUTINE)
    hurt = screened(incident_type="Call", narrative="officers wife unresponsive")
    assert hurt.trigger_class == "known_victim"


def test_no_dnr_is_no_awaited_death() -> None:
    told = screened(incident_type="Call", narrative="no dnr, 80 yom pronounced")
    assert told.outcome is Outcome.REVIEW


def test_a_death_that_was_awaited_is_routine_and_a_childs_never_is() -> None:
    told = "hospice, dnr in place, passed peacefully, pt expired"

    assert screened(incident_type="Sick person", narrative=told).outcome is Outcome.ROUTINE
    assert screened(incident_type="Sick person", narrative=f"6 yo, {told}").trigger_class == (
        "child_death"
    )


@pytest.mark.parametrize("outcome", ["died", "critical"])
def test_a_patients_age_and_outcome_belong_to_one_patient(outcome: str) -> None:
    bystander = ({"age_years": 4, "outcome": "unhurt"}, {"age_years": 60, "outcome": outcome})

    assert "child_died" not in shown(patients=bystander)
    assert "child_grave" not in shown(patients=bystander)


def test_a_patient_whom_the_notes_do_not_name_is_the_one_of_the_list() -> None:
    told = {"incident_type": "Medical", "narrative": "CPR in progress"}

    assert "child_arrest" in shown(**told, patients=({"age_years": 2},))
    assert "child_arrest" not in shown(**told, patients=({"age_years": 70},))


def test_an_alert_is_context_and_pages_nobody() -> None:
    screening = screened(narrative="active shooter", context_only=True)

    assert screening.outcome is Outcome.REVIEW
    assert screening.hold is HoldReason.CONTEXT
    assert not wants_team(screening)


def test_an_alert_that_warns_of_what_may_be_is_routine() -> None:
    warned = screened(narrative="high risk of terrorist attacks", context_only=True)

    assert warned.outcome is Outcome.ROUTINE


def test_a_drill_that_calls_itself_one_is_held_like_one_that_the_feed_marks() -> None:
    told = screened(narrative="TRAINING EXERCISE: mayday", flags=("mayday",))

    assert told.outcome is Outcome.CRITICAL
    assert told.hold is HoldReason.EXERCISE


def again(first: Report, second: Report) -> Screening:
    before = screen(first, pack(), NOW, NOW)
    return screen(second, pack(), NOW, NOW, earlier=before.shown)


def test_what_a_later_report_is_silent_about_stays() -> None:
    first = report(narrative="3 yo pronounced")

    assert again(first, report(units=("E1", "M2"))).outcome is Outcome.CRITICAL
    assert again(first, report(narrative="adult, refused")).outcome is Outcome.ROUTINE


def test_signals_of_two_reports_add_up() -> None:
    first = report(patients=({"age_years": 4},))
    second = report(narrative="cardiac arrest")

    assert again(first, second).trigger_class == "child_critical"


def test_what_another_feed_has_shown_cannot_be_taken_back() -> None:
    police = screen(report(narrative="3 yo pronounced"), pack(), NOW, NOW).shown
    fire = screen(report(narrative="assist police"), pack(), NOW, NOW, beside=police)

    assert fire.outcome is Outcome.CRITICAL
    assert not fire.shown, "what others have shown is theirs"


def test_a_second_care_report_is_of_another_patient_and_takes_nothing_back() -> None:
    code = {"system": "nemsis", "code": "eDispatch.01:2301013"}
    child = report(codes=(code,), patients=({"age_years": 3, "outcome": "died"},))
    mother = report(codes=(code,), patients=({"age_years": 35, "outcome": "injured"},))

    assert again(child, mother).outcome is Outcome.CRITICAL


def test_a_possibility_is_less_sure_than_a_fact() -> None:
    fact = screened(incident_type="Call", narrative="3 yo drowned")
    maybe = screened(incident_type="Call", narrative="possible 3 yo drowned")

    assert (fact.outcome, maybe.outcome) == (Outcome.CRITICAL, Outcome.REVIEW)
    assert maybe.confidence < fact.confidence


def test_the_reason_points_to_its_place_and_quotes_nothing() -> None:
    text = "RP adv [name] 3 y/o not breathing at 12 Elm"
    (reason,) = (e for e in screened(narrative=text).evidence if e.rule == "child-arrest")

    assert reason.span is not None
    assert text[slice(*reason.span)] == "not breathing"
    assert reason.shown == "narrative: child: not breathing"


def test_it_says_what_would_change_it() -> None:
    arrest = would_change(screened(incident_type="Cardiac arrest"), pack())
    assert any("child" in each.lower() and "critical" in each for each in arrest)

    critical = would_change(screened(narrative="3 yo pronounced"), pack())
    assert any("cancelled" in each for each in critical)


@pytest.mark.parametrize("mode", [Mode.REQUEST_ONLY, Mode.HUMAN_RAISE])
def test_what_a_person_decides_is_held_for_them(mode: Mode) -> None:
    triggers = {name for name, trigger in pack().triggers.items() if trigger.mode is mode}
    rules = [rule for rule in pack().rules if rule.trigger in triggers]

    assert rules
    for flag, trigger in (("media_interest", "media_interest"), ("coworker_suicide",) * 2):
        screening = screened(incident_type="Call", flags=(flag,))
        assert screening.trigger_class == trigger
        assert screening.hold is HoldReason.MODE


def test_an_old_incident_is_held() -> None:
    told = report(narrative="3 yo pronounced", status=IncidentStatus.CLOSED)
    at = NOW - timedelta(days=11)

    assert screen(told, pack(), at, NOW).hold is HoldReason.TOO_OLD
