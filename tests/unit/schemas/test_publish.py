"""The published JSON Schemas: fresh, and a change that breaks readers is named."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from schemas import publish
from schemas.catalogue import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME = "tailboard.dispatch.offer_extended.v1.json"


def test_every_event_is_published_as_its_model_says() -> None:
    assert publish.stale() == []
    assert set(publish.wanted()) == {f"{row.type}.json" for row in CATALOGUE} | {"index.json"}


def drop_a_field(schema: dict[str, Any]) -> None:
    del schema["properties"]["urgency"]


def change_a_type(schema: dict[str, Any]) -> None:
    schema["properties"]["expires_at"] = {"type": "integer"}


def drop_a_value(schema: dict[str, Any]) -> None:
    schema["$defs"]["Role"]["enum"].remove("chaplain")


def add_a_field_that_old_events_lack(schema: dict[str, Any]) -> None:
    schema["properties"]["wave"] = {"type": "integer"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (drop_a_field, "urgency: the field went"),
        (change_a_type, "expires_at: its type changed"),
        (drop_a_value, "Role: the value 'chaplain' went"),
        (add_a_field_that_old_events_lack, "wave: new, and old events do not have it"),
    ],
)
def test_a_change_that_breaks_readers_is_named(
    change: Callable[[dict[str, Any]], None], says: str
) -> None:
    before = publish.wanted()[NAME]
    after = copy.deepcopy(before)
    change(after)
    assert publish.breaking(before, after) == [says]


def test_a_field_with_a_default_breaks_nobody() -> None:
    before = publish.wanted()[NAME]
    after = copy.deepcopy(before)
    after["properties"]["wave"] = {"type": "integer", "default": 1}
    after["properties"]["urgency"]["description"] = "other words"
    assert publish.breaking(before, after) == []


def test_a_stale_file_and_a_missing_one_are_told(tmp_path: Path) -> None:
    for name, schema in publish.wanted().items():
        (tmp_path / name).write_text(json.dumps(schema))
    (tmp_path / "index.json").unlink()
    old = json.loads((tmp_path / NAME).read_text())
    old["properties"]["wave"] = {"type": "integer"}
    (tmp_path / NAME).write_text(json.dumps(old))
    found = publish.stale(tmp_path)
    assert len(found) == 2
    assert any("wave: the field went: needs a new version" in line for line in found)
    assert any("index.json: not published yet" in line for line in found)
