"""The contract keeps its own promises: every event is listed, read, sampled, and named properly."""

from __future__ import annotations

import importlib
import pkgutil
import re
import typing
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import BaseModel

import schemas
from schemas.catalogue import CATALOGUE, Row, decode, encode, row_of
from schemas.envelope import Command, Event, Timer
from schemas.subjects import (
    Entity,
    Stream,
    case_id_for,
    derived_id,
    due_filter,
    event_filter,
    history_filter,
    parse_due_subject,
    parse_event_subject,
    stream_subjects,
)
from tests.support.builders import VALID, a_draft, an

if typing.TYPE_CHECKING:
    from collections.abc import Iterator

FORBIDDEN_FIELDS = frozenset(
    [
        "notes",
        "note",
        "symptoms",
        "symptom",
        "content",
        "reaction",
        "diagnosis",
        "attendance",
        "attendee",
        "attendees",
        "attended",
        "name",
        "first_name",
        "last_name",
        "full_name",
        "phone",
        "phone_number",
        "mobile",
        "email",
        "mail",
        "contact",
        "address",
        "location",
        "street",
        "latitude",
        "longitude",
        "comment",
        "comments",
        "narrative",
        "description",
        "text",
        "message",
        "said",
        "patient",
        "patients",
        "victim",
        "caller",
        "birthday",
        "date_of_birth",
        "age",
        "ssn",
        "health",
        "condition",
        "mood",
        "medication",
    ]
)
FORBIDDEN_WORDS = frozenset(
    ["alert", "ticket", "victim", "session", "ping", "booking", "invite", "user", "users"]
)
"""What the glossary says never to write."""
PARTICIPLE = re.compile(
    r"(ed|extended|formed|withdrawn|given|made|split|held|sent|begun|fell_due|stood_down|overdue|taken|taken_over|asked_again|set|overridden|broken|known|left)$"
)
READERS = {"intake", "dispatch", "followup", "audit"}
tokens = st.from_regex(r"\A[A-Za-z0-9_-]{1,30}\Z")
streams = st.sampled_from(Stream)
rows = pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row.type)


def modules() -> Iterator[Any]:
    for module in pkgutil.iter_modules(schemas.__path__):
        yield importlib.import_module(f"schemas.{module.name}")


def models() -> set[type[BaseModel]]:
    """Every model that any module of schemas defines, and all that is nested in one."""
    found: set[type[BaseModel]] = set()
    for module in modules():
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, BaseModel) and value is not BaseModel:
                found |= nested(value)
    return found


def nested(kind: Any) -> set[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        inner = (nested(field.annotation) for field in kind.model_fields.values())
        return {kind}.union(*inner)
    return set[type[BaseModel]]().union(*(nested(part) for part in typing.get_args(kind)))


EVENTS = {model for model in models() if issubclass(model, Event) and model is not Event}


def test_there_are_events_and_nested_models() -> None:
    """Guards the two walks above: if they found nothing, every test below would pass."""
    assert len(EVENTS) == len(CATALOGUE) >= 29
    assert {"ResponsePolicy", "InterventionRule", "Evidence"} <= {m.__name__ for m in models()}


def test_every_event_is_in_the_catalogue_once() -> None:
    assert Counter(row.model for row in CATALOGUE) == Counter(EVENTS)
    assert max(Counter(row.type for row in CATALOGUE).values()) == 1


@rows
def test_an_event_has_a_known_reader(row: Row) -> None:
    assert row.readers
    assert set(row.readers) <= READERS
    assert "audit" in row.readers, "the read side knows everything"


@rows
def test_an_event_has_a_valid_builder(row: Row) -> None:
    assert row.model in VALID, f"tests/support/builders.py has no {row.model.__name__}"
    assert an(row.model) == an(row.model)
    given = set(VALID[row.model])
    assert given == set(row.model.model_fields), "the builder fills every field, for its sample"


@rows
def test_an_event_survives_the_wire(row: Row) -> None:
    draft = a_draft(an(row.model))
    assert decode(*encode(draft)) == (draft.meta, draft.event)
    assert row_of(row.model) is row


@rows
def test_an_event_is_named_by_the_glossary(row: Row) -> None:
    name = row.model.NAME
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", name), "snake_case, noun and participle"
    assert name == re.sub(r"(?<!^)([A-Z])", r"_\1", row.model.__name__).lower()
    assert PARTICIPLE.search(name), "past tense: it has happened"
    assert not FORBIDDEN_WORDS & set(name.split("_"))


@pytest.mark.parametrize("model", sorted(models(), key=str), ids=lambda m: m.__name__)
def test_a_model_says_what_it_is(model: type[BaseModel]) -> None:
    assert (model.__doc__ or "").strip().endswith((".", "?")), "one plain sentence"
    assert model.model_config.get("frozen"), "a fact does not change"


def fields() -> list[tuple[str, str]]:
    return [(m.__name__, f) for m in models() for f in m.model_fields]


@pytest.mark.parametrize(("model", "field"), sorted(fields()))
def test_no_field_can_hold_content_or_a_person(model: str, field: str) -> None:
    """Nothing about content, attendance or identity: privacy by naming, nested models too."""
    allowed = {("Evidence", "field"), ("ResponsePolicy", "policy")}
    assert field not in FORBIDDEN_FIELDS or (model, field) in allowed
    parts = set(field.split("_"))
    assert not parts & (FORBIDDEN_FIELDS - {"contact", "age"}), field


def test_the_search_for_forbidden_fields_is_recursive() -> None:
    class Inner(BaseModel):
        symptoms: str

    class Outer(BaseModel):
        parts: tuple[dict[str, Inner | None], ...]

    assert nested(Outer) == {Outer, Inner}


def test_free_text_is_bounded() -> None:
    """A string of an event has a pattern or a length; a plain `str` would take a narrative."""
    allowed = {"actor", "type", "source", "trace"}
    plain = {
        (model.__name__, name)
        for model in models()
        if not issubclass(model, Command)
        for name, field in model.model_fields.items()
        if field.annotation is str and not field.metadata and name not in allowed
    }
    assert not plain


@for_all(stream=streams, agency=tokens, entity=tokens, name=tokens)
def test_event_subjects_are_read_back(stream: Stream, agency: str, entity: str, name: str) -> None:
    owner = Entity(stream, agency, entity)
    assert parse_event_subject(owner.event_subject(name)) == (owner, name)


@for_all(stream=streams, agency=tokens, entity=tokens, kind=tokens, key=tokens)
def test_due_subjects_are_read_back(
    stream: Stream, agency: str, entity: str, kind: str, key: str
) -> None:
    owner = Entity(stream, agency, entity)
    assert parse_due_subject(owner.due_subject(kind, key)) == (owner, kind, key)
    with pytest.raises(ValueError, match="not an event subject"):
        parse_event_subject(owner.due_subject(kind, key))


@for_all(stream=streams, agency=tokens, entity=tokens, other=tokens, name=tokens)
def test_filters_match_their_own_and_nothing_else(
    stream: Stream, agency: str, entity: str, other: str, name: str
) -> None:
    owner = Entity(stream, agency, entity)
    subject, timer = owner.event_subject(name), owner.timer_subject("k", "k")
    due = owner.due_subject("k", "k")
    assert [matches(history_filter(stream), s) for s in (subject, timer, due)] == [
        True,
        False,
        False,
    ]
    assert [matches(due_filter(stream), s) for s in (subject, timer, due)] == [False, False, True]
    assert matches(event_filter(stream, name), subject)
    assert matches(owner.filter, subject)
    assert matches(Entity(stream, agency, other).filter, subject) == (other == entity)
    for stored in (subject, timer, due):
        owners = [s for s in Stream if any(matches(f, stored) for f in stream_subjects(s))]
        assert owners == [stream]


@pytest.mark.parametrize("token", ["", "a.b", "a b", "*", ">", "é", "a\n"])
def test_what_cannot_be_a_token_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="subject token"):
        Entity(Stream.INTAKE, "metro", token)
    with pytest.raises(ValueError, match="subject token"):
        Entity(Stream.INTAKE, token, "case")


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "intake",
        "intake.metro.case.id",
        "intake.metro.member.id.name",
        "nobody.metro.case.id.name",
    ],
)
def test_what_is_not_an_event_subject_is_refused(subject: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_event_subject(subject)


@for_all(agency=st.text(), source=st.text(), number=st.text(), other=st.text())
def test_a_case_id_is_repeatable_and_a_token(
    agency: str, source: str, number: str, other: str
) -> None:
    case_id = case_id_for(agency, source, number)
    assert case_id == case_id_for(agency, source, number)
    assert Entity(Stream.INTAKE, "metro", case_id).id == case_id
    assert (case_id == case_id_for(agency, source, other)) == (other == number)


@for_all(parts=st.lists(st.integers() | tokens, min_size=1))
def test_a_derived_id_is_repeatable(parts: list[object]) -> None:
    assert derived_id(*parts) == derived_id(*parts)
    assert derived_id(*parts) != derived_id(*parts, "more")


@pytest.mark.parametrize("key", ["", "UPPER", "a.b", "a b", "-first", "x" * 64])
def test_a_timers_name_is_safe_as_a_token(key: str) -> None:
    valid = {"kind": "reply", "key": "ok", "due_at": "2026-03-02T03:00:00Z"}
    assert Timer.model_validate(valid).key == "ok"
    with pytest.raises(ValueError, match="pattern"):
        Timer.model_validate(valid | {"key": key})


def matches(pattern: str, subject: str) -> bool:
    """The server's own rule for `*` and `>`."""
    wanted, found = pattern.split("."), subject.split(".")
    for number, part in enumerate(wanted):
        if part == ">":
            return len(found) > number
        if number >= len(found) or part not in ("*", found[number]):
            return False
    return len(wanted) == len(found)


def test_every_module_of_the_contract_is_read_by_this_suite() -> None:
    files = {path.stem for path in Path(schemas.__path__[0]).glob("*.py")} - {"__init__"}
    assert files == {module.__name__.rpartition(".")[2] for module in modules()}
