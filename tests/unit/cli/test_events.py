"""Server-sent events, as the WHATWG format has them."""

from __future__ import annotations

from services.cli.events import ServerEvent, server_events


def read(text: str) -> list[ServerEvent]:
    return list(server_events(text.split("\n")))


def test_an_event_has_its_data_and_where_to_resume() -> None:
    assert read('id: 7\ndata: {"a":1}\n\n') == [ServerEvent('{"a":1}', "7")]


def test_lines_of_data_are_joined_and_comments_are_nothing() -> None:
    assert read(": watching\n\ndata: a\ndata:b\n\n") == [ServerEvent("a\nb", None)]


def test_an_id_without_data_still_moves_the_place_to_resume() -> None:
    assert read("id: 41\n\n") == [ServerEvent("", "41")]


def test_the_last_id_holds_until_there_is_another() -> None:
    assert read("id: 1\ndata: a\n\ndata: b\n\n") == [ServerEvent("a", "1"), ServerEvent("b", "1")]


def test_an_event_that_was_cut_off_is_not_given() -> None:
    assert read("id: 1\ndata: half") == []
