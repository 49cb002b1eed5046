"""A link opens by the one spelling that was sent: no twin, no cut, no other purpose."""

from __future__ import annotations

import string
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.seal import BrokenSeal, Seal, from_path, path_safe

_LETTERS = string.ascii_letters + string.digits + "-_.=é "
SEAL = Seal("a-secret-of-this-test", "offer")


def _altered(token: str) -> set[str]:
    places = range(len(token))
    swapped = (token[:at] + letter + token[at + 1 :] for at in places for letter in _LETTERS)
    cut = (token[:at] for at in places)
    return set(chain(swapped, cut, (token + letter for letter in _LETTERS))) - {token}


@given(st.binary(max_size=60))
def test_what_was_sealed_is_read_back(data: bytes) -> None:
    assert SEAL.read_packed(SEAL.packed(data)) == data
    assert from_path(path_safe(data)) == data


@pytest.mark.parametrize("data", [b"ab", b"abc", b"abcd"])
def test_no_token_has_a_twin(data: bytes) -> None:
    for token in _altered(SEAL.packed(data)):
        with pytest.raises(BrokenSeal):
            SEAL.read_packed(token)


@pytest.mark.parametrize("data", [b"a", b"ab"])
def test_letters_with_bits_to_spare_have_one_spelling(data: bytes) -> None:
    letters = path_safe(data)
    beside = [letters[:-1] + chr(ord(letters[-1]) + step) for step in (1, 2, 3)]
    for twin in beside:
        with pytest.raises(BrokenSeal):
            from_path(twin)


def test_a_seal_of_another_purpose_or_secret_is_broken() -> None:
    token = SEAL.words("springfield.p-1.7")
    for other in (Seal("a-secret-of-this-test", "review"), Seal("another", "offer")):
        with pytest.raises(BrokenSeal):
            other.read_words(token)
    assert SEAL.read_words(token) == "springfield.p-1.7"
