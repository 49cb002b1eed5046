"""What a report shows: whole words only, ages however a call taker writes them, drills."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from schemas.intake import Outcome
from services.intake.screening.screen import screen
from services.intake.screening.signals import shown_by
from tests.unit.intake.reports import NOW, pack, report

if TYPE_CHECKING:
    from services.intake.policy import Rule, Signal


def _shown(**fields: object) -> set[str]:
    return set(shown_by(report(**fields), pack()))


@pytest.mark.parametrize(
    "narrative",
    ["caller says DOA", "doa", "DOA.", "(DOA)", "pt/doa/adult", "Doa\non arrival"],
)
def test_a_phrase_is_found_as_whole_words_in_any_case(narrative: str) -> None:
    assert "patient_died" in _shown(narrative=narrative)


@pytest.mark.parametrize(
    ("narrative", "signal"),
    [
        ("Doaks Street", "patient_died"),
        ("childress avenue", "child_patient"),
        ("babysitter called", "child_patient"),
        ("mcintosh road", "many_casualties"),
        ("drilled hole in wall", "staged"),
        ("nonfatal", "patient_died"),
    ],
)
def test_a_part_of_a_word_is_not_the_word(narrative: str, signal: str) -> None:
    assert signal not in _shown(narrative=narrative)


@pytest.mark.parametrize(
    "age",
    [
        "3 y/o",
        "3 YO",
        "3yo",
        "3 y.o. male",
        "3-year-old",
        "17 years old",
        "a 3 yr old",
        "9yoa",
        "14 mo old",
        "14 month old",
        "3 months old",
        "6 week old",
        "2 weeks old",
        "1 day old",
        "10 days old",
        "mother 35 yo, 3 yo not breathing",
    ],
)
def test_a_childs_age_is_read(age: str) -> None:
    assert "child_patient" in _shown(narrative=age)


@pytest.mark.parametrize(
    "age", ["18 y/o", "45yo", "80 years old", "3 yards", "unit 3 you", "30 yo 40 yo"]
)
def test_an_adults_age_and_other_numbers_are_not_a_child(age: str) -> None:
    assert "child_patient" not in _shown(narrative=age)


@pytest.mark.parametrize(("age", "child"), [(0, True), (17.9, True), (18, False), (None, False)])
def test_the_structured_age_counts(age: float | None, child: bool) -> None:
    assert ("child_patient" in _shown(patients=({"age_years": age},))) is child


def test_structured_fields_are_named_before_text() -> None:
    told = report(narrative="pronounced", patients=({"outcome": "died"},))

    assert shown_by(told, pack())["patient_died"].field == "patients"


def test_the_type_and_the_code_are_read_too() -> None:
    assert "resuscitation" in _shown(incident_type="Medic", incident_code="CPR")


@pytest.mark.parametrize("word", pack().signals["staged"].phrases)
def test_a_drill_is_never_critical(word: str) -> None:
    told = report(
        incident_type="Mass casualty", narrative=f"{word}: 20 black tag, mayday, child CPR"
    )

    assert screen(told, pack(), NOW, NOW).outcome is not Outcome.CRITICAL


def _showing(signal: Signal) -> dict[str, tuple[object, ...] | str]:
    """The plainest report that shows one signal."""
    if signal.flags:
        return {"flags": signal.flags[:1]}
    if signal.responder_outcomes:
        return {"responders": signal.responder_outcomes[:1]}
    if signal.patient_outcomes:
        return {"patients": ({"outcome": signal.patient_outcomes[0]},)}
    return {"narrative": signal.phrases[0]}


@pytest.mark.parametrize("rule", pack().rules, ids=lambda rule: rule.id)
def test_every_rule_of_the_pack_is_reached_and_gives_its_reason(rule: Rule) -> None:
    fields: dict[str, tuple[object, ...] | str] = {}
    for name in rule.all_of:
        for field, value in _showing(pack().signals[name]).items():
            before = fields.get(field)
            if isinstance(value, str):
                fields[field] = f"{before or ''} {value}"
            else:
                fields[field] = (*(before or ()), *value)

    screening = screen(report(**fields), pack(), NOW, NOW)

    found = {evidence.rule: evidence for evidence in screening.evidence}
    assert rule.id in found
    assert found[rule.id].source == rule.source
    assert found[rule.id].trigger_class == rule.trigger
    assert screening.outcome is not Outcome.ROUTINE


@pytest.mark.parametrize("name", [n for n in pack().signals])
def test_every_phrase_of_every_signal_is_found_in_a_sentence(name: str) -> None:
    for phrase in pack().signals[name].phrases:
        assert name in _shown(narrative=f"Caller said {phrase.upper()}, then hung up"), phrase


def test_the_gravest_of_several_rules_decides() -> None:
    told = report(narrative="child pronounced, firefighter killed, shooting")

    screening = screen(told, pack(), NOW, NOW)

    assert screening.trigger_class == "line_of_duty_death"
    assert screening.tier == 1
    assert {e.rule for e in screening.evidence} >= {"responder-killed", "child-died", "weapon"}
