"""When hard calls add up: the arithmetic, the thresholds, and what a record remembers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given as for_all
from hypothesis import strategies as some

from schemas.dispatch import Failure
from schemas.envelope import Meta, Recorded
from schemas.intake import ActivationRequested, DeactivationRequested, ExposureRecorded
from schemas.policy import CumulativeRule
from schemas.subjects import Entity, Stream, derived_id
from services.dispatch.cumulative import (
    MAX_ATTEMPTS,
    CheckInOffer,
    Enrolment,
    Exposure,
    HardCall,
    OfferStatus,
    after_call,
    claimed,
    forget,
    hard_call,
    joined,
    note,
    pruned,
    settled,
    should_offer,
    weigh,
)
from services.dispatch.cumulative_policy import BadCumulativePolicy, read_cumulative_policy
from services.dispatch.edge.exposure_picture import bars, weeks
from tests.unit.dispatch.cases import brief

if TYPE_CHECKING:
    from schemas.envelope import Event

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
RULE = CumulativeRule()
ROOT = Path(__file__).parents[3]
CASE = "6b8e3d1c-0000-5000-8000-0000000000{:02d}"
MESSAGE, ANOTHER = derived_id("a message"), derived_id("another message")


def day(number: float) -> datetime:
    return NOW + timedelta(days=number)


def call(number: int, tier: int = 2, at: float = 0) -> Exposure:
    return Exposure(case_id=CASE.format(number), tier=tier, at=day(at))


def one(*exposures: Exposure, **fields: Any) -> Enrolment:
    given: dict[str, Any] = {
        "contact": "avery@phones.invalid",
        "units": ("E12",),
        "linked_at": day(-400),
        "counts_from": day(-400),
        "exposures": exposures,
    }
    return Enrolment.model_validate(given | fields)


def hard(number: int = 1, tier: int = 2, *, at: float = 0, counts: bool = True) -> HardCall:
    return HardCall(CASE.format(number), tier, day(at), {"E12": day(at)}, counts)


def told(event: Event, at: float = 0) -> Recorded[Event]:
    meta = Meta(
        event_id=derived_id(event, at),
        type="t",
        source="s",
        time=day(at),
        command_id=derived_id("c"),
        actor="a",
        trace="",
    )
    return Recorded(Entity(Stream.INTAKE, "metro", CASE.format(1)), meta, event, 1)


def wanted(tier: int = 2, *units: str) -> ActivationRequested:
    told_of = brief().model_copy(update={"tier": tier, "occurred_at": day(0)})
    return ActivationRequested(brief=told_of, units=units or ("E12",))


calls = some.builds(
    Exposure,
    case_id=some.integers(1, 99).map(CASE.format),
    tier=some.integers(1, 4),
    at=some.floats(-200, 0).map(day),
)


class TestWeigh:
    @for_all(some.lists(calls, max_size=30), some.floats(0, 300))
    def test_it_halves_in_thirty_days(self, exposures: list[Exposure], later: float) -> None:
        before = weigh(exposures, day(later), RULE)
        after = weigh(exposures, day(later + 30), RULE)
        assert after == pytest.approx(before / 2, rel=1e-6)

    @for_all(some.lists(calls, max_size=30), some.randoms(use_true_random=False))
    def test_order_is_no_matter(self, exposures: list[Exposure], chance: Any) -> None:
        mixed = list(exposures)
        chance.shuffle(mixed)
        assert weigh(mixed, NOW, RULE) == weigh(exposures, NOW, RULE)

    @for_all(some.lists(calls, max_size=30), some.floats(0, 300), some.floats(0, 300))
    def test_without_a_new_call_it_only_falls(
        self, exposures: list[Exposure], first: float, second: float
    ) -> None:
        early, late = sorted((first, second))
        assert weigh(exposures, day(late), RULE) <= weigh(exposures, day(early), RULE)

    def test_each_tier_has_its_weight_and_tier_four_none(self) -> None:
        each = [weigh((call(1, tier),), NOW, RULE) for tier in (1, 2, 3, 4)]
        assert each == [5, 3, 1, 0]

    def test_a_call_that_a_clock_dates_ahead_counts_no_more_than_now(self) -> None:
        assert weigh((call(1, 1, at=3),), NOW, RULE) == 5


class TestNote:
    @for_all(some.lists(calls, max_size=20))
    def test_twice_is_once_and_order_is_no_matter(self, exposures: list[Exposure]) -> None:
        once, twice, back = one(), one(), one()
        for each in exposures:
            once = note(once, each)
            twice = note(note(twice, each), each)
        for each in reversed(exposures):
            back = note(back, each)
        assert once == twice
        tiers = {each.case_id: each.tier for each in once.exposures}
        assert tiers == {each.case_id: each.tier for each in back.exposures}
        assert len(tiers) == len(once.exposures)

    def test_a_case_that_turns_out_graver_counts_as_such(self) -> None:
        record = note(note(one(), call(1, 3)), call(1, 1))
        assert record.exposures == (call(1, 1),)
        assert note(record, call(1, 2)) == record

    def test_what_counts_nothing_any_more_is_dropped(self) -> None:
        record = one(call(1, 1), call(2, 3), call(3, 4))
        assert pruned(record, day(0), RULE).exposures == (call(1, 1), call(2, 3))
        assert pruned(record, day(125), RULE).exposures == (call(1, 1),)
        assert pruned(record, day(195), RULE).exposures == ()

    @for_all(some.lists(calls, max_size=20))
    def test_dropping_changes_the_sum_by_almost_nothing(self, exposures: list[Exposure]) -> None:
        record = one(*exposures)
        lost = weigh(record.exposures, NOW, RULE) - weigh(
            pruned(record, NOW, RULE).exposures, NOW, RULE
        )
        assert 0 <= lost <= len(exposures) * 0.06 + 1e-9

    def test_a_false_alarm_is_forgotten(self) -> None:
        assert forget(one(call(1), call(2)), call(1).case_id).exposures == (call(2),)


class TestWhenToOffer:
    @pytest.mark.parametrize(
        ("exposures", "expected"),
        [
            ((), False),
            ((call(1, 1),), False),
            ((call(1, 1), call(2, 3)), True),
            ((call(1, 2), call(2, 2)), True),
            ((call(1, 2, at=-1), call(2, 2)), False),
            ((call(1, 1, at=-30), call(2, 1)), True),
            ((call(1, 1, at=-40), call(2, 2)), False),
        ],
    )
    def test_the_sum_reaches_six(self, exposures: tuple[Exposure, ...], expected: bool) -> None:
        assert should_offer(one(*exposures), NOW, RULE) is expected

    def test_three_grave_calls_in_a_fortnight_are_enough_whatever_the_sum(self) -> None:
        rule = RULE.model_copy(update={"offer_at": 100})
        three = (call(1, at=-14), call(2, at=-7), call(3))
        assert should_offer(one(*three), NOW, rule)
        assert not should_offer(one(*three), day(0.1), rule)
        assert not should_offer(one(*three[1:]), NOW, rule)
        lighter = (call(1, 3, at=-14), *three[1:])
        assert not should_offer(one(*lighter), NOW, rule)

    def test_nobody_who_has_not_agreed(self) -> None:
        assert not should_offer(one(call(1, 1), call(2, 1), counts_from=None), NOW, RULE)

    @pytest.mark.parametrize("status", [OfferStatus.SENT, OfferStatus.SENDING])
    def test_once_in_a_quiet_period_and_then_only_for_a_further_call(
        self, status: OfferStatus
    ) -> None:
        offer = CheckInOffer(message_id=MESSAGE, at=NOW, status=status)
        record = one(call(1, 1), call(2, 1), offer=offer)
        assert not should_offer(record, day(15), RULE)
        further = note(record, call(3, 2, at=10))
        assert not should_offer(further, day(13.9), RULE)
        assert should_offer(further, day(14), RULE)

    def test_an_offer_that_never_went_out_holds_none_back(self) -> None:
        offer = CheckInOffer(message_id=MESSAGE, at=NOW, status=OfferStatus.GIVEN_UP)
        assert should_offer(one(call(1, 1), call(2, 1), offer=offer), NOW, RULE)


class TestClaiming:
    DUE = one(call(1, 1), call(2, 1))

    def test_what_is_not_due_is_not_claimed(self) -> None:
        assert claimed(one(call(1, 3)), MESSAGE, NOW, RULE) is None

    def test_a_claim_is_made_once(self) -> None:
        record = claimed(self.DUE, MESSAGE, NOW, RULE)
        assert record
        assert record.offer == CheckInOffer(message_id=MESSAGE, at=NOW)
        assert claimed(record, ANOTHER, day(1), RULE) is None

    @pytest.mark.parametrize("failure", [None, Failure.UNCERTAIN])
    def test_what_may_have_arrived_is_not_sent_again(self, failure: Failure | None) -> None:
        record = claimed(self.DUE, MESSAGE, NOW, RULE)
        assert record
        after = settled(record, MESSAGE, failure)
        assert after.offer
        assert after.offer.status is OfferStatus.SENT
        assert claimed(after, ANOTHER, NOW, RULE) is None

    def test_a_passing_trouble_is_tried_again_under_the_same_id_for_a_while(self) -> None:
        record = self.DUE
        for attempt in range(1, MAX_ATTEMPTS + 1):
            again = claimed(record, derived_id("m", attempt), day(attempt / 100), RULE)
            assert again
            assert again.offer
            assert (again.offer.message_id, again.offer.attempts) == (derived_id("m", 1), attempt)
            record = settled(again, derived_id("m", 1), Failure.TEMPORARY)
        assert record.offer
        assert record.offer.status is OfferStatus.GIVEN_UP

    def test_an_address_that_takes_nothing_is_not_tried_again(self) -> None:
        record = claimed(self.DUE, MESSAGE, NOW, RULE)
        assert record
        after = settled(record, MESSAGE, Failure.PERMANENT)
        assert after.offer
        assert after.offer.status is OfferStatus.GIVEN_UP

    def test_a_late_answer_about_another_message_changes_nothing(self) -> None:
        record = claimed(self.DUE, MESSAGE, NOW, RULE)
        assert record
        assert settled(record, ANOTHER, None) == record
        assert settled(self.DUE, MESSAGE, None) == self.DUE


class TestHardCall:
    def test_no_team_no_hard_call(self) -> None:
        assert hard_call(()) is None
        assert hard_call((told(ExposureRecorded(units=("E12",))),)) is None

    def test_units_count_since_they_were_named_first(self) -> None:
        found = hard_call(
            (
                told(wanted(2, "E12"), 0.1),
                told(ExposureRecorded(units=("L3", "E12")), 0.2),
            )
        )
        assert found == HardCall(
            CASE.format(1), 2, day(0), {"E12": day(0.1), "L3": day(0.2)}, counts=True
        )

    def test_the_gravest_tier_counts(self) -> None:
        found = hard_call((told(wanted(2), 0), told(wanted(1), 1), told(wanted(3), 2)))
        assert found
        assert found.tier == 1

    @pytest.mark.parametrize(
        ("reason", "counts"),
        [
            ("false_alarm", False),
            ("duplicate", False),
            ("merged", False),
            ("not_needed", True),
            ("handled_elsewhere", True),
        ],
    )
    def test_a_call_that_was_none_is_taken_back(self, reason: str, counts: bool) -> None:
        history = (told(wanted(), 0), told(DeactivationRequested(reason=reason), 1))
        found = hard_call(history)
        assert found
        assert found.counts is counts
        again = hard_call((*history, told(wanted(1), 2)))
        assert again
        assert again.counts

    def test_a_date_ahead_of_its_own_news_is_not_believed(self) -> None:
        found = hard_call((told(wanted(), -1),))
        assert found
        assert found.at == day(-1)


class TestAfterCall:
    def test_it_is_noted_once(self) -> None:
        record = after_call(one(), hard(), NOW, RULE)
        assert record.exposures == (call(1),)
        assert after_call(record, hard(), NOW, RULE) == record

    @pytest.mark.parametrize("units", [("e 12",), ("M1", "E12"), ("e12",)])
    def test_a_unit_is_itself_however_it_is_written(self, units: tuple[str, ...]) -> None:
        assert after_call(one(units=units), hard(), NOW, RULE).exposures

    def test_other_units_do_not_count(self) -> None:
        assert not after_call(one(units=("E1",)), hard(), NOW, RULE).exposures

    def test_what_was_before_they_agreed_does_not_count(self) -> None:
        assert not after_call(one(counts_from=day(0.1)), hard(), day(1), RULE).exposures
        assert not after_call(one(counts_from=None), hard(), day(1), RULE).exposures

    def test_what_was_counted_stays_when_they_change_their_units(self) -> None:
        record = one(call(1, 3), units=("L3",), counts_from=day(1))
        assert after_call(record, hard(tier=1), day(2), RULE).exposures == (call(1, 1),)

    def test_it_is_taken_back_and_may_come_again(self) -> None:
        record = after_call(one(call(1), call(2)), hard(counts=False), NOW, RULE)
        assert record.exposures == (call(2),)
        assert len(after_call(record, hard(), NOW, RULE).exposures) == 2

    def test_an_old_call_that_is_told_again_after_it_faded_stays_away(self) -> None:
        assert not after_call(one(), hard(tier=3), day(130), RULE).exposures


def test_two_records_of_one_person_become_one() -> None:
    early = CheckInOffer(message_id=MESSAGE, at=day(0))
    late = CheckInOffer(message_id=ANOTHER, at=day(1))
    both = joined(one(call(1), call(2, 3), offer=early), one(call(2, 1), offer=late))
    assert {(e.case_id, e.tier) for e in both.exposures} == {
        (call(1).case_id, 2),
        (call(2).case_id, 1),
    }
    assert both.offer == late
    assert joined(one(), one()).offer is None


class TestPicture:
    def test_every_week_back_to_the_oldest_call_is_there(self) -> None:
        exposures = (call(1, 1, at=-70), call(2, 2), call(3, 3))
        shown = weeks(exposures, NOW, RULE, "UTC")
        assert len(shown) == 11
        assert [week.calls for week in shown] == [1, *([0] * 9), 2]
        assert (shown[0].then, shown[-1].then, shown[-1].now) == (5, 4, 4)
        assert shown[0].now == pytest.approx(5 * 0.5 ** (70 / 30))
        assert sum(week.now for week in shown) == pytest.approx(weigh(exposures, NOW, RULE))

    def test_a_week_is_one_of_where_people_live(self) -> None:
        assert weeks((), NOW, RULE, "America/Los_Angeles")[-1].begins == NOW.date() - timedelta(7)
        assert weeks((), NOW, RULE, "UTC")[-1].begins == NOW.date()

    @for_all(some.lists(calls, max_size=30))
    def test_every_bar_stays_on_its_field(self, exposures: list[Exposure]) -> None:
        for bar in bars(weeks(exposures, NOW, RULE, "UTC")):
            assert 0 <= bar.filled <= bar.outline + 0.01 <= 96.02
            assert 0 <= bar.x <= bar.x + bar.width <= 320


class TestPolicy:
    def test_what_ships_is_the_default_and_stands_in_no_pack(self) -> None:
        """A number in two places could be changed in the one that nobody reads."""
        rule = read_cumulative_policy().rule
        assert rule.model_dump() == RULE.model_dump()
        for pack in ("cism", "stepped-care"):
            assert "cumulative" not in yaml.safe_load((ROOT / f"policy/{pack}.yaml").read_text())

    def test_every_number_names_its_source(self) -> None:
        for line in (ROOT / "policy/cumulative.yaml").read_text().splitlines():
            if ":" in line.partition("#")[0] and not line.startswith(("version", "rule")):
                assert "PROPOSAL" in line, line

    @pytest.mark.parametrize(
        ("before", "after", "named"),
        [
            ("offer_at: 6", "offer_att: 6", "rule.offer_att"),
            ("half_life: P30D", "half_life: PT0S", "rule.half_life"),
            ("confirm_within: P1D", "confirm_within: P90D", "confirm_within"),
            ("version: 1", "version: [", "policy"),
        ],
    )
    def test_a_wrong_value_is_named(
        self, tmp_path: Path, before: str, after: str, named: str
    ) -> None:
        file = tmp_path / "policy.yaml"
        file.write_text((ROOT / "policy/cumulative.yaml").read_text().replace(before, after))
        with pytest.raises(BadCumulativePolicy, match=named):
            read_cumulative_policy(file)
