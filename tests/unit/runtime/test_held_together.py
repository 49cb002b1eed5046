"""Timers that one message of the server holds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.subjects import Stream
from services.runtime.clock import SystemClock
from services.runtime.timers import decode_due, encode_timers, together
from tests.support.builders import NOW, TRACE, a_timer, an_entity

CASE = an_entity(Stream.DISPATCH)
ONE, TWO = (a_timer(key).model_copy(update={"once": True}) for key in ("one", "two"))


def test_only_those_of_one_kind_and_moment_that_are_set_once_are_held_together() -> None:
    again = a_timer("again")
    other = a_timer("other", kind="overdue").model_copy(update={"once": True})
    later = ONE.model_copy(update={"key": "later", "due_at": NOW + timedelta(seconds=1)})

    held = together([ONE, again, TWO, other, later])

    assert held == [(ONE, TWO), (again,), (other,), (later,)]


def test_all_of_them_come_back_from_the_wire() -> None:
    subject, headers, body = encode_timers(CASE, (ONE, TWO), SystemClock(), TRACE)

    assert subject == CASE.timer_subject("reply", "one")
    due = decode_due(headers["Nats-Schedule-Target"], headers, body)
    assert (due.timer.key, due.also) == ("one", ("two",))
    assert (due.timer.due_at, due.entity, due.trace) == (NOW, CASE, TRACE)


def test_a_timer_of_before_is_still_read() -> None:
    body = a_timer().model_dump_json(include={"kind", "key", "due_at"}).encode()

    due = decode_due(CASE.due_subject("reply", "one"), {}, body)

    assert (due.timer, due.also) == (a_timer(), ())


def test_what_is_no_timer_is_refused() -> None:
    with pytest.raises(ValueError, match="due_at"):
        decode_due(CASE.due_subject("reply", "one"), {}, b'{"kind": "reply", "key": "one"}')
