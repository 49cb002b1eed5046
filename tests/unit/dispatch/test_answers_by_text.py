"""What a member means by a text: a table, and anything at all that a phone could send."""

from __future__ import annotations

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.dispatch.carriers.answers import Meaning, Said, understood
from services.dispatch.carriers.numbers import e164

YES, NO, UNCLEAR = Meaning.YES, Meaning.NO, Meaning.UNCLEAR


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("yes", Said(YES)),
        ("  YES!! ", Said(YES)),
        ("Y", Said(YES)),
        ("1", Said(YES)),
        ("Sí", Said(YES)),
        ("no.", Said(NO)),
        ("Nope", Said(NO)),
        ("2", Said(NO)),
        ("12 yes", Said(YES, "12")),
        ("yes 12", Said(YES, "12")),
        ("12, NO", Said(NO, "12")),
        ("12 1", Said(YES, "12")),
        ("12", Said(UNCLEAR, "12")),
        ("12 13 yes", Said(UNCLEAR)),
        ("yes no", Said(UNCLEAR)),
        ("yes yes", Said(UNCLEAR)),
        ("no problem, I'll come", Said(UNCLEAR)),
        ("yes but not today", Said(UNCLEAR)),
        ("123 yes", Said(UNCLEAR)),
        ("", Said(UNCLEAR)),
        ("?", Said(UNCLEAR)),
        ("ok", Said(UNCLEAR)),
        ("40 min", Said(Meaning.MINUTES, number=40)),
        ("40min", Said(Meaning.MINUTES, number=40)),
        ("ETA 15", Said(Meaning.MINUTES, number=15)),
        ("eta 90 minutes", Said(Meaning.MINUTES, number=90)),
        ("999 min", Said(UNCLEAR)),
        ("STOP", Said(Meaning.STOP)),
        ("unsubscribe", Said(Meaning.STOP)),
        ("stop asking", Said(UNCLEAR)),
        ("start", Said(Meaning.START)),
        ("Help", Said(Meaning.HELP)),
    ],
)
def test_what_a_text_means(text: str, said: Said) -> None:
    assert understood(text) == said


@for_all(st.text(max_size=60))
def test_any_text_has_a_meaning(text: str) -> None:
    assert understood(text).code in {"", *(f"{n:02}" for n in range(100))}


@for_all(st.lists(st.sampled_from(["yes", "no", "y", "n", "12", "not", "maybe", "1", "2", "?"])))
def test_what_says_both_or_more_is_no_answer(words: list[str]) -> None:
    said = understood(" ".join(words))

    if said.meaning in {YES, NO}:
        meant = [word for word in words if word not in {"12", "?"}]
        assert len(meant) == 1
        assert (meant[0] in {"yes", "y", "1"}) == (said.meaning is YES)


@pytest.mark.parametrize(
    ("written", "region", "read"),
    [
        ("(415) 555-0100", "US", "+14155550100"),
        ("415.555.0100", "US", "+14155550100"),
        ("+1 415 555 0100", "DE", "+14155550100"),
        ("030 1234567", "DE", "+49301234567"),
        ("12", "US", None),
        ("call me", "US", None),
        ("", "US", None),
        (None, "US", None),
    ],
)
def test_a_number_as_people_write_it(written: str | None, region: str, read: str | None) -> None:
    assert e164(written, region) == read
