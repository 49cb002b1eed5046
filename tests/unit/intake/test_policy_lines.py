"""Every problem of a policy: all at once, each with file, line and column, and a remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.pack.problems import BadPolicy, Problem
from services.intake.pack.sources import find_source
from services.intake.policy import parse_pack, read_pack
from tests.unit.intake.policy_sample import PACK, SCREENING, WHOLE

if TYPE_CHECKING:
    from pathlib import Path


def problems(
    folder: Path,
    *changes: tuple[str, str],
    screening: str = SCREENING,
    overrides: dict[str, object] | None = None,
) -> list[str]:
    """Each problem as told, without the folder; none for a policy that holds together."""
    text = PACK
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    (folder / "ours.yaml").write_text(text, encoding="utf-8")
    (folder / "screening.yaml").write_text(screening, encoding="utf-8")
    try:
        read_pack(find_source(folder / "ours.yaml"), overrides)
    except BadPolicy as bad:
        return str(bad).replace(f"{folder}/", "").splitlines()
    return []


def test_the_sample_itself_is_fine(tmp_path: Path) -> None:
    assert problems(tmp_path) == []


LENGTH = "write a length of time, such as PT8H for eight hours or P10D for ten days"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("surplus: 1", "surplus: 99", "8:12: clocks.surplus: 99 is not less than or equal to 10"),
        ("surplus: 1", "surplus: many", "8:12: clocks.surplus: 'many' is not a valid integer"),
        ("surplus: 1", "surplus:", "8:11: clocks.surplus: nothing is not a valid integer"),
        ("surplus:", "surplis:", "8:3: clocks.surplis: there is no such key here; did you mean"),
        ("PT2H", "two hours", f"7:21: clocks.form_team_within: 'two hours' is no length of time; {LENGTH}"),
        ("PT2H", "12:00", f"7:21: clocks.form_team_within: 720: a bare number is no length of time; {LENGTH}"),
        ("PT2H", "-PT2H", "7:21: clocks.form_team_within: '-PT2H': a length of time cannot run back"),
        ("title: Ours\n", "", "1:1: title: it is missing; add title"),
        ("    leads: peer\n", "", "12:3: interventions.talk.leads: it is missing; add leads"),
        ("count: 2", "cuont: 2", "37:22: triggers.child_death.team.0.cuont: there is no such key here; did you mean count?"),
        ("role: mhp", "role: mph", "38:16: triggers.child_death.team.1.role: 'mph' is not one of the values here; did you mean mhp?"),
        ("mode: auto_page", "mode: auto_pgae", "35:11: triggers.child_death.mode: 'auto_pgae' is not one of the values here; did you mean auto_page"),
        ("[talk, deb", "[talk, dbe", "39:27: triggers.child_death.interventions.1: 'dberiefing' is not defined in this policy; did you mean debriefing?"),
        ("check_ins: standard", "check_ins: standrad", "40:16: triggers.child_death.check_ins: 'standrad' is not defined in this policy; did you mean standard?"),
        ("P3D\n    leads: peer", "PT1H\n    leads: peer", "15:19: interventions.talk.closes_after: 1 h comes before target_after (24 h); it must open"),
        ("target_after: P3D", "target_after: PT1H", "22:19: interventions.debriefing.target_after: 1 h comes before opens_after (24 h)"),
        ("    waits_for_operations: true", "    waits_for_operations: false", "26:27: interventions.debriefing.waits_for_operations: no debriefing is held while operations go on"),
        ("      - {role: mhp, count: 1}\n", "", "36:5: triggers.child_death.team: debriefing needs a mental health professional"),
        ("[talk, debriefing]", "[talk, talk]", "39:27: triggers.child_death.interventions.1: talk is a one_on_one like talk; each kind"),
        ("title: Ours", "title: Ours\nforbids: [debriefing]", "21:11: interventions.debriefing.kind: this policy forbids every debriefing"),
        ("title: Ours", "title: Ours\ncaps: {group_sesions: 2}", "5:8: caps.group_sesions: there is no such key here; did you mean group_sessions or"),
        ("title: Ours", "title: Ours\ncaps: {rest_after_tier1: 48}", f"5:26: caps.rest_after_tier1: 48: a bare number is no length of time; {LENGTH}"),
        ("surplus: 1", "participants_per_peer: 0\n  surplus: 1", "8:26: clocks.participants_per_peer: 0 is not greater than or equal to 1"),
        ("title: Ours", "title: Ours\nreview: {1: {backup_after: PT10M, answer_within: PT30M}}", "5:1: review: tier 2 has no clock"),
        ("  child_death:", "  Child Death:", "32:3: triggers.Child Death: 'Child Death' is not a name that can stand here"),
        ("title: Ours", "title: Ours\ntitle: Theirs", "5:1: title: this key is already on line 4; keep one of them"),
        ("screening: screening", "screening: screnning", "3:12: screening: no file 'screnning' stands beside this one, and none ships; did you mean screening?"),
        ("clocks:\n", "clocks\n", "6:15: (file): "),
        ("title: Ours", "title: [Ours", "5:7: (file): "),
        ("title: Ours", "title: 2026-02-31", "4:8: (file): "),
        ("title: Ours", "title: !!python/name:os.system", "4:8: (file): could not determine a constructor"),
        ("title: Ours", "title: O\x07urs", "4:9: (file): a character that YAML does not allow"),
    ],
)  # fmt: skip
def test_a_problem_is_told_where_it_stands(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    found = problems(tmp_path, (before, after))

    assert any(line.startswith(f"ours.yaml:{told}") for line in found), found
    assert all("; " in line for line in found), "each names its remedy"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("child_death", "child_deth", "6:14: rules.0.trigger: 'child_deth' is not defined in this policy; did you mean child_death?"),
        ("[child]\n    unless", "[kid]\n    unless", "8:14: rules.0.all_of.0: 'kid' is not defined in this policy; signals are: child, staged"),
        ("[staged]", "[stagde]", "9:14: rules.0.unless.0: 'stagde' is not defined in this policy; did you mean staged?"),
        ("outcome: review", "outcome: reveiw", "7:14: rules.0.outcome: 'reveiw' is not one of the values here; did you mean review?"),
        ("- id: child", "- it: child", "5:5: rules.0.it: there is no such key here"),
        ("flags: [ped", "falgs: [ped", "2:11: signals.child.falgs: there is no such key here; did you mean flags?"),
        ("rules:", "clocks: {}\nrules:", "4:1: clocks: "),
        ("rules:", "rules", "5:7: (file): "),
    ],
)  # fmt: skip
def test_a_problem_of_the_included_file_names_that_file(
    tmp_path: Path, before: str, after: str, told: str
) -> None:
    assert before in SCREENING

    found = problems(tmp_path, screening=SCREENING.replace(before, after, 1))

    assert any(line.startswith(f"screening.yaml:{told}") for line in found), found


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ({"clocks.surplus": 99}, "override: clocks.surplus: 99 is not less than or equal to 10"),
        ({"clocks.surplis": 2}, "override: clocks.surplis: clocks.surplis is not a value of this policy: nothing to override; did you mean surplus?"),
        ({"check_ins.standrad": []}, "override: check_ins.standrad: check_ins.standrad is not a value"),
        ({"interventions.talk.closes_after": "PT1H"}, "override: interventions.talk.closes_after: 1 h comes before"),
        ({"triggers.child_death.team": [{"role": "chef", "count": 1}]}, "override: triggers.child_death.team.0.role: 'chef' is not one"),
        ({"review.1.answer_within": "PT5M"}, "override: review.1.answer_within: the backup is told only after 10 min"),
    ],
)  # fmt: skip
def test_a_problem_of_an_override_names_its_path(
    tmp_path: Path, overrides: dict[str, object], told: str
) -> None:
    found = problems(tmp_path, overrides=overrides)

    assert any(line.startswith(told) for line in found), found


@pytest.mark.parametrize("tier", [1, 2, 3, 4])
def test_a_team_of_tier_1_and_2_has_a_mental_health_professional(tmp_path: Path, tier: int) -> None:
    """Whatever it plans: peers without oversight are a risk of their own."""
    found = problems(
        tmp_path,
        ("tier: 2", f"tier: {tier}"),
        ("      - {role: mhp, count: 1}\n", ""),
        ("[talk, debriefing]", "[talk]"),
    )

    told = [
        f"ours.yaml:36:5: triggers.child_death.team: tier {tier} engages a mental health professional, "
        "and the team has none; add {role: mhp, count: 1}"
    ]
    assert found == (told if tier <= 2 else [])


def test_all_problems_are_told_at_once_in_the_order_of_the_files(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        ("surplus: 1", "surplus: 99"),
        ("closes_after: P3D", "closes_after: PT1H"),
        ("tier: 2", "tier: 7"),
        ("check_ins: standard", "check_ins: standrad"),
        screening=SCREENING.replace("child_death", "child_deth"),
        overrides={"clocks.pages_until": "soon"},
    )

    assert [line.partition(": ")[0] for line in found] == [
        *("ours.yaml:8:12", "ours.yaml:15:19", "ours.yaml:34:11", "ours.yaml:40:16"),
        *("screening.yaml:6:14", "override"),
    ]


@pytest.mark.parametrize(
    ("part", "phrase", "told"),
    [
        ("happenings", "hit {respnder}", "{respnder} is not a list of `people` or `slots`; did you mean"),
        ("people", "our {adult}", "'our {adult}' is in a list that slots take from; spell it out"),
    ],
)  # fmt: skip
def test_a_slot_is_filled_from_a_list_that_is_there(
    tmp_path: Path, part: str, phrase: str, told: str
) -> None:
    screening = yaml.safe_load(SCREENING)
    lists = screening["vocabulary"][part]
    lists[next(iter(lists))] = ["a phrase", phrase]

    (found,) = problems(tmp_path, screening=yaml.safe_dump(screening))

    assert found.startswith("screening.yaml:")
    assert f".1: {told}" in found


def test_a_broken_included_file_hides_no_problem_of_the_policy_and_invents_none(
    tmp_path: Path,
) -> None:
    found = problems(tmp_path, ("tier: 2", "tier: 7"), screening="signals: [")

    assert [line.partition(": ")[0] for line in found] == ["ours.yaml:34:11", "screening.yaml:1:11"]


def test_a_default_can_be_overridden_although_the_file_leaves_it_out(tmp_path: Path) -> None:
    overrides = {"review.1.answer_within": "PT20M", "interventions.talk.mhp_required": True}

    assert problems(tmp_path, overrides=overrides) == []


def test_one_override_changes_one_place_although_the_file_uses_an_anchor_twice() -> None:
    other = (
        "{label: Other, tier: 4, mode: auto_page, team: [], interventions: [talk], "
        "check_ins: standard, source: ours}"
    )
    both = f"  other: &base {other}\n  third: *base\n  child_death:\n"
    twice = WHOLE.replace("  child_death:\n", both, 1)

    own = parse_pack(twice, {"triggers.other.tier": 3})

    assert (own.triggers["other"].tier, own.triggers["third"].tier) == (3, 4)


def test_a_bare_name_is_a_pack_that_ships_and_a_wrong_one_is_told() -> None:
    assert find_source("cism").name == "policy/cism.yaml"
    with pytest.raises(BadPolicy, match="did you mean stepped-care"):
        find_source("steped-care")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"policy: ours\ntitle: caf\xe9\n")
    with pytest.raises(BadPolicy, match="cannot be read"):
        find_source(tmp_path / "absent.yaml")
    with pytest.raises(BadPolicy, match="line 2 is not UTF-8"):
        find_source(tmp_path / "latin.yaml")


def test_what_an_agency_did_not_copy_is_the_file_that_ships(tmp_path: Path) -> None:
    own = tmp_path / "ours.yaml"
    own.write_text(find_source("cism").text, encoding="utf-8")

    assert read_pack(find_source(own)) == read_pack(find_source("cism"))


def test_a_digest_follows_the_content_and_not_the_comments() -> None:
    plain, commented = parse_pack(WHOLE), parse_pack(f"# ours\n{WHOLE}")
    changed = parse_pack(WHOLE.replace("P10D", "P9D", 1))

    assert plain.digest() == commented.digest()
    assert plain.digest() != changed.digest()


@settings(max_examples=300, deadline=None)
@given(
    start=st.integers(0, len(PACK)),
    length=st.integers(0, 12),
    instead=st.text(alphabet=":-[]{}#&*!|>'\" \n\tabP1\x00", max_size=6),
)
def test_a_damaged_file_is_a_policy_or_a_list_of_problems(
    start: int, length: int, instead: str
) -> None:
    text = PACK[:start] + instead + PACK[start + length :]
    found, whole = _told(text)

    assert whole or found
    assert all(p.spot.line >= 1 and p.what and p.remedy for p in found)


def _told(text: str) -> tuple[tuple[Problem, ...], bool]:
    try:
        parse_pack(text, beside=lambda _name: SCREENING)
    except BadPolicy as bad:
        return bad.problems, False
    return (), True
