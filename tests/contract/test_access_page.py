"""The page about access says what the table says: `python -m services.runtime.access_page` writes it."""

from __future__ import annotations

from services.runtime.access import May
from services.runtime.access_page import PAGE, WHY, page


def test_the_page_is_that_of_the_table() -> None:
    told = PAGE.read_text(encoding="utf-8")
    assert told == page(), "write it again: python -m services.runtime.access_page"


def test_each_rule_says_where_it_comes_from() -> None:
    assert set(WHY) == set(May), "say in services/runtime/access_page.py where each rule comes from"
