"""The policy pack: what is misspelt is named, what is overridden exists, what is a number has a source."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache

import pytest
import yaml

from schemas.intake import Mode
from schemas.policy import FairPoints, Group, LoadCaps, ResponsePolicy
from services.intake.pack.problems import BadPolicy
from services.intake.pack.sources import shipped, shipped_packs, shipped_source
from services.intake.policy import Pack, parse_pack, read_pack
from tests.unit.intake.policy_sample import SCREENING

PACK_TEXT = shipped("cism")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@lru_cache
def pack() -> Pack:
    return parse_pack(PACK_TEXT)


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("surplus: 1", "surplis: 1", "surplis"),
        ("mode: auto_page", "moed: auto_page", "moed"),
        ("mhp_required: true", "mhp_requierd: true", "mhp_requierd"),
        ("{role: peer, count: 3}", "{role: peer, cuont: 3}", "cuont"),
        ("{after: P90D,", "{afterwards: P90D,", "afterwards"),
        ("interventions: [briefing, one_on_one,", "interventions: [brief,", "brief"),
        ("check_ins: standard", "check_ins: standrad", "standrad"),
        ("form_team_within: PT2H", "form_team_within: two hours", "form_team_within"),
        ("tier: 1", "tier: 7", "tier"),
        ("mode: auto_plan", "mode: auto_pray", "mode"),
    ],
)
def test_a_mistake_is_named(before: str, after: str, named: str) -> None:
    assert before in PACK_TEXT

    with pytest.raises(ValueError, match=named):
        parse_pack(PACK_TEXT.replace(before, after, 1))


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("flags:", "falgs:", "falgs"),
        ("trigger: child_death", "trigger: child_deth", "child_deth"),
        ("all_of: [child]", "all_of: [kid]", "kid"),
        ("unless: [staged]", "unless: [drill]", "drill"),
    ],
)
def test_a_mistake_in_the_screening_file_is_named(before: str, after: str, named: str) -> None:
    assert before in SCREENING

    with pytest.raises(ValueError, match=named):
        parse_pack(PACK_TEXT, beside=lambda _name: SCREENING.replace(before, after, 1))


def test_a_missing_source_is_named() -> None:
    raw = yaml.safe_load(PACK_TEXT)
    del raw["interventions"]["defusing"]["source"]

    with pytest.raises(BadPolicy, match=r"interventions\.defusing\.source"):
        parse_pack(yaml.safe_dump(raw))


def test_a_trigger_cannot_plan_the_same_kind_of_session_twice() -> None:
    """Two windows for one kind and group would share a name, and one would be lost."""
    override = {"triggers.child_death.interventions": ["debriefing", "debriefing_disaster"]}

    with pytest.raises(ValueError, match="child_death"):
        parse_pack(PACK_TEXT, override)


def test_a_window_must_run_forward() -> None:
    with pytest.raises(ValueError, match="defusing"):
        parse_pack(PACK_TEXT, {"interventions.defusing.closes_after": "PT1H"})


def test_single_values_can_be_overridden() -> None:
    own = parse_pack(
        PACK_TEXT,
        {
            "clocks.surplus": 2,
            "clocks.reply_within.auto_page": "PT10M",
            "triggers.child_death.tier": 1,
        },
    )

    assert own.clocks.surplus == 2
    assert own.snapshot("child_death").reply_within == timedelta(minutes=10)
    assert own.triggers["child_death"].tier == 1
    assert own.interventions == pack().interventions


@pytest.mark.parametrize(
    "path", ["clocks.surplis", "clock.surplus", "surplus", "rules.0.outcome", ""]
)
def test_an_override_of_nothing_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="nothing to override"):
        parse_pack(PACK_TEXT, {path: 2})


def test_an_override_that_does_not_fit_is_refused() -> None:
    with pytest.raises(BadPolicy, match=r"clocks\.surplus"):
        parse_pack(PACK_TEXT, {"clocks.surplus": 99})


@pytest.mark.parametrize("text", ["", "[]", "just words"])
def test_a_file_that_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(BadPolicy):
        parse_pack(text)


def test_every_window_has_a_source() -> None:
    sources = [rule.source for rule in pack().interventions.values()]
    sources += [trigger.source for trigger in pack().triggers.values()]
    sources += [rule.source for rule in pack().rules]
    sources += [rule.source for rules in pack().check_ins.values() for rule in rules]

    assert all(source.strip() for source in sources)


def test_a_case_keeps_what_a_member_may_carry_and_how_many_one_peer_is_for() -> None:
    own = parse_pack(
        PACK_TEXT,
        {
            "caps.open_one_on_ones": 3,
            "clocks.participants_per_peer": 5,
            "clocks.alarm_answer_within": "PT10M",
        },
    )

    kept = own.snapshot("child_death")

    assert kept.caps == LoadCaps(open_one_on_ones=3)
    assert kept.participants_per_peer == 5
    assert kept.alarm_answer_within == timedelta(minutes=10)


@pytest.mark.parametrize("name", shipped_packs())
def test_what_ships_and_what_an_older_file_leaves_out_are_the_same(name: str) -> None:
    kept = read_pack(shipped_source(name)).snapshot("child_death")
    known = ResponsePolicy.model_fields

    assert kept.caps == LoadCaps()
    assert kept.fairness == FairPoints()
    assert kept.participants_per_peer == known["participants_per_peer"].default
    assert kept.alarm_answer_within == known["alarm_answer_within"].default


@pytest.mark.parametrize("name", shipped_packs())
def test_every_clock_and_limit_says_where_it_comes_from(name: str) -> None:
    """These are plain values, so their source stands beside them in the file."""
    clocks = shipped(name).partition("\nclocks:")[2].partition("\ninterventions:")[0]
    numbers = [line for line in clocks.splitlines() if re.search(r": *[P\d]", line)]

    assert len(numbers) >= 30
    assert all(re.search(r"# *\S.{6,}", line) for line in numbers), numbers


def test_the_windows_are_those_of_the_rules_table() -> None:
    plan = pack().interventions

    def window(name: str) -> tuple[timedelta, timedelta, timedelta]:
        rule = plan[name]
        return rule.opens_after, rule.target_after, rule.closes_after

    assert window("defusing") == (0 * HOUR, 8 * HOUR, 12 * HOUR)
    assert window("debriefing") == (24 * HOUR, 72 * HOUR, 10 * DAY)
    assert window("debriefing_disaster") == (24 * HOUR, 10 * DAY, 28 * DAY)
    assert window("one_on_one")[1] == 24 * HOUR
    assert window("command_consultation")[1] == 2 * HOUR
    assert window("briefing")[1] == 24 * HOUR


def test_the_check_ins_are_those_of_the_rules_table() -> None:
    cadence = {name: [r.after.days for r in rules] for name, rules in pack().check_ins.items()}

    assert cadence == {
        "standard": [3, 7, 14, 28],
        "organizational_crisis": [3, 7, 14, 28, 90, 365],
        "involved_officer": [3, 7, 14, 28, 120, 365],
    }
    for name, trigger in pack().triggers.items():
        wanted = "organizational_crisis" if trigger.tier == 1 else "standard"
        own = {"officer_involved_shooting": "involved_officer"}
        assert trigger.check_ins == own.get(name, wanted), trigger.label


def test_the_clocks_are_those_of_the_rules_table() -> None:
    clocks = pack().clocks

    assert clocks.reply_within.auto_page == timedelta(minutes=15)
    assert clocks.form_team_within == 2 * HOUR


def test_a_debriefing_needs_a_mental_health_professional_and_peace() -> None:
    for name, rule in pack().interventions.items():
        if rule.kind == "debriefing":
            assert (rule.mhp_required, rule.leads, rule.waits_for_operations) == (True, "mhp", True)
            holders = [t for t in pack().triggers.values() if name in t.interventions]
            assert all("mhp" in {p.role for p in t.team} for t in holders)


def test_groups_wait_for_the_end_of_operations() -> None:
    group_kinds = {"defusing", "debriefing", "briefing", "demobilization"}

    waiting = {r.kind.value for r in pack().interventions.values() if r.waits_for_operations}

    assert waiting == group_kinds


@pytest.mark.parametrize("name", list(pack().triggers))
def test_every_trigger_gives_a_whole_snapshot(name: str) -> None:
    trigger, snapshot = pack().triggers[name], pack().snapshot(name)

    assert ResponsePolicy.model_validate_json(snapshot.model_dump_json()) == snapshot
    assert snapshot.check_in_groups == (Group.RESPONDERS, Group.DISPATCHERS)
    planned = trigger.mode is Mode.AUTO_PLAN
    assert pack().urgency(name) == ("today" if planned else "now")


def test_a_class_that_the_pack_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError):
        pack().snapshot("meteor")


def test_an_open_review_has_a_clock_of_its_tier() -> None:
    minute = timedelta(minutes=1)

    assert pack().review_clock("child_death") == (10 * minute, 30 * minute)
    assert pack().review_clock("failed_resuscitation") == (30 * minute, 120 * minute)
