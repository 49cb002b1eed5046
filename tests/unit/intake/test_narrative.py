"""Reading notes: what happened, to whom, whether it did. Words of the field, in any spelling."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.screening.narrative import Reader, Reading
from services.intake.screening.words import spelt_out
from tests.unit.intake.reports import pack

READER = Reader(pack().vocabulary)


def read(text: str, year: int | None = 2026) -> Reading:
    return READER.read(text, year)


def told(text: str) -> set[tuple[str, str, bool]]:
    """What, who, and whether it is only possible."""
    return {(each.what, each.who, each.maybe) for each in read(text).told}


def who(text: str, what: str) -> set[str]:
    return {each.who for each in read(text).told if each.what == what}


@pytest.mark.parametrize(
    "age",
    [
        "3 y/o",
        "3 YO",
        "3yo",
        "3 y.o. male",
        "3-year-old",
        "three year-old",
        "17 years old",
        "a 3 yr old",
        "9yoa",
        "15 YOM",
        "6yof",
        "14 mo old",
        "14 m/o",
        "14 mo,",
        "14MO",
        "15 MOM",
        "inf f, 6 wks,",
        "3 day old",
        "9ym",
        "three-week-old",
        "6 week old",
        "2 day old infant",
        "boy, age 9",
        "aged 4",
        "4th grader",
        "newborn",
        "TODDLER",
    ],
)
def test_a_childs_age_is_read_however_it_is_written(age: str) -> None:
    assert who(f"{age} pronounced on scene", "died") == {"child"}


@pytest.mark.parametrize(
    "age", ["18 y/o", "45yo", "80 years old", "a climber, 43,", "30 YOM", "elderly male", "aged 52"]
)
def test_an_adult_is_no_child(age: str) -> None:
    assert who(f"{age} pronounced on scene", "died") == {"adult"}


@pytest.mark.parametrize(
    "text",
    ["9 mo ago", "3 mo pregnant", "8 weeks of rehab", "Engine 15 mom advises", "5 days late"],
)
def test_a_stretch_of_time_is_no_age(text: str) -> None:
    assert "child" not in who(f"{text}, pt pronounced", "died")


@pytest.mark.parametrize(
    "thing", ["3 year old truck", "in a 10 year old house fire", "2 yr old roof"]
)
def test_the_age_of_a_thing_is_nobodys(thing: str) -> None:
    assert "child" not in who(f"driver of {thing} pronounced", "died")


@pytest.mark.parametrize(
    ("text", "what", "expected"),
    [
        ("FF DOWN IN THE HALLWAY, MAYDAY", "mayday", "responder"),
        ("firefighter found unresponsive, CPR in progress", "arrest", "responder"),
        ("ranger, 27, was shot and killed", "died", "responder"),
        ("MEDICS PRONOUNCED 80 YOF", "died", "adult"),
        ("officers on scene with deceased male 50 yom", "died", "adult"),
        ("crew doing CPR on 2 yo", "arrest", "child"),
        ("father doing CPR on his 6 m/o", "arrest", "child"),
        ("child called 911, mother deceased", "died", "adult"),
        ("INFANT. NOT BREATHING.", "arrest", "child"),
        ("NOT BREATHING. 3 YOM.", "arrest", "child"),
        ("park lost another employee, a maintenance worker killed", "died", "coworker"),
        ("police dog shot and killed", "died", "working_dog"),
        ("pt pronounced 1432", "died", "unknown"),
        ("medics with pt, pt unresponsive", "down", "unknown"),
        ("3 yom fell in tub, mother on line, pt not breathing", "arrest", "child"),
        ("3 yom in tub, mother on line, cpr started", "arrest", "child"),
        ("child called, mother not breathing", "arrest", "adult"),
        ("80 yo male, pt now pulseless", "arrest", "adult"),
        ("subj fired on units at scene", "shot_at", "unit"),
        ("ENG 5 OVERTURNED ON I-90", "wrecked", "unit"),
        ("vehicle overturned, engine 8 enroute", "wrecked", "unknown"),
        ("pt struck medic in the face", "assaulted", "responder"),
        ("ff collapsed in rehab", "down", "responder"),
        ("attacked by dog, child", "assaulted", "child"),
        ("13 yo stabbed at school", "grave", "child"),
        ("mother doing CPR on her 2 year old until crew arrived", "arrest", "child"),
        ("brothers 9 and 11 swept off jetty, one without vital signs", "arrest", "child"),
        ("fetal demise, mother stable", "child_died", "child"),
        ("tanker left roadway, driver pinned, one of our own", "down", "responder"),
        ("regret to advise ff passed at hospital", "died", "responder"),
        ("pt doa per medic 7", "died", "unknown"),
        ("climber fell, crew with him on ledge, died during raise", "died", "adult"),
        ("toddler pulled from the canal", "drowned", "child"),
    ],
)
def test_to_whom_it_happened(text: str, what: str, expected: str) -> None:
    assert who(text, what) == {expected}


@pytest.mark.parametrize(
    "text",
    [
        "no fatalities, child checked and ok",
        "denies being shot",
        "child with no serious injuries",
        "shooting unfounded",
        "reported 3 yo not breathing. UNFOUNDED, child sleeping",
        "dead battery, child locked in car, engine running",
        "baby monitor alarm",
        "dog hit by car, deceased",
        "dead deer in roadway",
        "CPR class at station 5",
        "kid shot with nerf gun",
        "heart attack grill kitchen alarm",
        "watching shooting video",
        "hx of cardiac arrest, wants BP check",
        "anniversary of child drowning, memorial at the lake",
        "brother killed in 2019, here for vigil",
        "killed the power to the unit",
        "subject under arrest",
        "said he would shoot her",
        "someone could get killed at this corner",
        "threatening to kill the neighbor",
        "vehicle stopped for expired registration",
        "sparks from dead outlet",
        "NO ONE SHOT, was fireworks",
        "instructor calls practice mayday",
        "family called about 1998 murder of their daughter",
        "says she sees dead people",
        "lineman hanging in bucket",
        "deer shot by officer",
        "crews fighting fire on b side",
        "officer needs assistance with traffic",
        "officers down the street at prior call",
        "child acting normally after fall, refused transport, struck head",
    ],
)
def test_what_did_not_happen_is_not_told(text: str) -> None:
    assert told(text) == set()


def test_a_year_is_history_only_when_it_is_over() -> None:
    text = "ranger killed in 2026"

    assert read(text, 2026).told
    assert not read(text, 2027).told


@pytest.mark.parametrize(
    "text",
    ["possible GSW to child", "unk if child is breathing, poss choking", "poss child drowning"],
)
def test_what_may_be_is_told_as_such(text: str) -> None:
    facts = told(text)

    assert facts
    assert all(maybe for _, _, maybe in facts)


def test_a_denial_reaches_its_own_part_of_the_sentence_only() -> None:
    assert ("died", "child", False) in told("no fire, child pronounced")
    assert ("died", "child", False) in told("not the mother but the child died")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("3 yo not brething", "arrest"),
        ("child unrespnsive, resusitation ongoing", "arrest"),
        ("toddler drownd in pool", "drowned"),
        ("child deceasd", "died"),
    ],
)
def test_misspellings_are_mended(text: str, what: str) -> None:
    assert "child" in who(text, what)
    assert all(each.confidence < 0.95 for each in read(text).told if each.what == what)


@pytest.mark.parametrize("word", ["shouting", "stubbed", "drawing", "skilled", "trapper"])
def test_a_real_word_is_no_misspelling(word: str) -> None:
    assert told(f"child {word}") == set()


@pytest.mark.parametrize(
    "text",
    ["mock MCI, 20 black tags", "THIS IS A TEST child not breathing", "full scale exercise mayday"],
)
def test_a_drill_is_known_as_one(text: str) -> None:
    assert read(text).drill is not None
    assert not read(text).drill_is_where_it_happened


def test_what_is_no_drill_in_a_drill_is_told() -> None:
    reading = read("FF DOWN AT DRILL GROUND, REAL WORLD, NOT A DRILL")

    assert reading.drill is None
    assert ("mayday", "responder", False) in told("FF DOWN, NOT A DRILL")


def test_where_a_drill_is_held_does_not_make_it_real() -> None:
    assert not read("full scale exercise at airport, 40 simulated pts").drill_is_where_it_happened
    assert read("ff collapsed during annual training exercise").drill_is_where_it_happened


def test_who_dies_during_a_drill_is_dead() -> None:
    reading = read("firefighter died during a live fire training exercise")

    assert reading.drill_is_where_it_happened
    assert ("died", "responder", False) in told("firefighter died during a training exercise")


@pytest.mark.parametrize(
    ("text", "killed", "hurt"),
    [
        ("MVA with seven fatalities, seven injured", 7, 7),
        ("bodies of two recovered", 2, 0),
        ("3 dead 12 injured", 3, 12),
        ("twenty-four people were transported", 1, 24),
        ("1200 block main st, 2 pts, 45 yom dead", 1, 2),
        ("temp 103, transported", 1, 0),
        ("engine 12 transported one pt", 1, 0),
        ("mother 81, tod by medic 6", 1, 0),
        ("tod 1842, 0412 transported", 1, 0),
        ("22 pts, 4 red 3 black", 1, 22),
        ("12 red 3 yellow tags", 1, 15),
        ("12 black, suspects gone", 1, 0),
        ("12 red cars in lot", 1, 0),
        ("6 adults out, 2 dead", 2, 0),
    ],
)
def test_people_are_counted(text: str, killed: int, hurt: int) -> None:
    reading = read(text)

    assert max((e.count for e in reading.told if e.what == "died"), default=1) == killed
    assert reading.hurt == hurt


def test_a_place_in_the_text_is_where_it_says_so() -> None:
    text = "RP ADV 3 Y/O -- NOT  BREATHING"
    (found,) = (each for each in read(text).told if each.what == "arrest")

    assert text[found.start : found.end] == "NOT  BREATHING"
    assert found.phrase == "not breathing"


def test_a_very_long_text_is_read_at_its_beginning_and_its_end() -> None:
    noise = "unit clear. " * 2_000

    assert who(f"child drowned. {noise}", "drowned") == {"child"}
    assert who(f"{noise} child pronounced", "died") == {"child"}


@pytest.mark.parametrize(
    "again", ["no cpr 3 yo poss ", "officer shot male ", "cpr ", "if he died ", "2 dead "]
)
def test_a_note_that_only_repeats_itself_holds_up_nobody(again: str) -> None:
    """Hundreds of cues and happenings in one sentence; the bound is generous to slow machines."""
    began = time.process_time()
    read(again * (5_000 // len(again)))
    assert time.process_time() - began < 2


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400) | st.text("childpronuced 3y/o.,-\n'", max_size=200))
def test_no_text_is_too_strange_to_read(text: str) -> None:
    phrases = {p for lists in pack().vocabulary.happenings.values() for p in lists}

    for each in read(text).told:
        assert 0 <= each.start < each.end <= len(text.lower())
        assert each.phrase in phrases


@pytest.mark.parametrize("name", sorted(pack().vocabulary.happenings))
def test_every_phrase_of_the_vocabulary_is_found(name: str) -> None:
    words = pack().vocabulary
    slots = words.people.model_dump() | words.slots
    for phrase in words.happenings[name]:
        said = spelt_out(phrase, slots)[0]
        text = f"45 yom: {said.replace('~', 'ed').upper()}"
        names = {each.what for each in read(text).told}
        assert name in names or name == "saved" or not names.isdisjoint({"suicidal"}), phrase
