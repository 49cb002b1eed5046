"""A plain mail is written by hand and is what the library would have written, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.dispatch.carriers.email import _mail, _plain
from services.dispatch.carriers.port import PhoneMessage

SENDER, RECIPIENT = "tailboard@metro.invalid", "p-01@phones.invalid"


def message(subject: str = "Tailboard: a peer is needed", text: str = "Now.\n") -> PhoneMessage:
    return PhoneMessage(message_id="a7-1", subject=subject, text=text)


LINES = st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=90))


@for_all(LINES)
def test_short_lines_are_written_as_the_library_writes_them(lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in ["Hello", *lines])
    by_hand = _plain(message(text=text), SENDER, RECIPIENT)

    assert by_hand == _mail(message(text=text), SENDER, RECIPIENT).as_bytes()


@pytest.mark.parametrize(
    ("told", "recipient"),
    [
        (message(subject="Tailboard: Böller"), RECIPIENT),
        (message(text="Grüße\n"), RECIPIENT),
        (message(text="x" * 1000 + "\n"), RECIPIENT),
        (message(text="no end of line"), RECIPIENT),
        (message(text="carriage\r\nreturn\n"), RECIPIENT),
        (message(subject="one\nBcc: another@elsewhere.invalid"), RECIPIENT),
        (message(), "p-01@phones.invalid\nBcc: another@elsewhere.invalid"),
        (message(), "zoë@phones.invalid"),
    ],
)
def test_anything_else_is_left_to_the_library(told: PhoneMessage, recipient: str) -> None:
    assert _plain(told, SENDER, recipient) is None
