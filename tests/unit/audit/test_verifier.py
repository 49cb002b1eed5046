"""What a verifier finds in an export that somebody changed, and what it names."""

from __future__ import annotations

import json
import zipfile
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.checkpoints import ChainSealed, KeyNamed
from services.audit.verification.keys import KeyFiles, SigningKey
from services.audit.verification.outside import Outside
from services.audit.verification.verifier import (
    NOTHING,
    SHORT,
    Checkpoint,
    Finding,
    Stored,
    StreamCheck,
    check_checkpoints,
    compared,
    content_of,
    digest_of,
    framed,
    link_of,
)
from services.audit.verification.verify_bundle import event_of, line_of, main, verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = SigningKey(bytes(range(32)))
SUBJECT = "dispatch.metro.case.c-1.happened"
EVERY = 4


def stored(sequence: int, about: int | None = None) -> Stored:
    told = sequence if about is None else about
    headers = {"ce-id": f"id-{told}", "ce-type": "t", "Nats-Msg-Id": f"not part {sequence}"}
    return Stored(sequence, f"{SUBJECT}_{told}", headers, b'{"n":%d}' % told)


EVENTS = [stored(sequence) for sequence in (1, 2, 4, 7, 8, 9, 12, 13, 15, 16)]
"""The numbers between belong to timers."""


def sealed(events: list[Stored], every: int = EVERY) -> list[Checkpoint]:
    """The checkpoints of a stream, the first one naming the key."""
    made: list[Checkpoint] = []

    def add(told: dict[str, Any]) -> None:
        about = {"version": 1, "number": len(made) + 1, "at": "2026-03-02T08:00:00+00:00"}
        about |= {"key": KEY.id, "previous": digest_of(made[-1]) if made else NOTHING}
        made.append(KEY.signed(told | about))

    add({"kind": "key", "public_key": KEY.public})
    link, count = NOTHING, 0
    for start in range(0, len(events), every):
        stretch = events[start : start + every]
        contents = [content_of("DISPATCH", each) for each in stretch]
        for each, content in zip(stretch, contents, strict=True):
            count += 1
            link = link_of(link, "DISPATCH", each.sequence, count, content)
        told: dict[str, Any] = {"kind": "chain", "stream": "DISPATCH", "count": count, "link": link}
        told |= {"sequence": stretch[-1].sequence, "sequences": [e.sequence for e in stretch]}
        add(told | {"contents": "".join(content[:SHORT] for content in contents)})
    return made


SEALED = sealed(EVENTS)


def findings(events: list[Stored], checkpoints: list[Checkpoint]) -> list[Finding]:
    sound, found = check_checkpoints(checkpoints)
    check = StreamCheck("DISPATCH", sound)
    for each in events:
        check.feed(each)
    return [*found, *check.finish().findings]


def test_a_checkpoint_is_what_the_contract_says() -> None:
    assert KeyNamed.model_validate(SEALED[0]).public_key == KEY.public
    assert ChainSealed.model_validate(SEALED[1]).sequences == (1, 2, 4, 7)
    assert check_checkpoints(SEALED) == (SEALED, [])


def test_two_lists_of_fields_never_look_the_same() -> None:
    assert framed(["a", "b"]) == b"1:a,1:b,"
    assert framed(["ab", ""]) != framed(["a", "b"])
    assert framed(["é"]) == "2:é,".encode(), "lengths are in bytes"


def test_the_form_is_the_one_that_the_reference_describes() -> None:
    """Spelled out by hand (docs/reference/verification.md): another form would break every chain."""
    event = Stored(7, "rota.m.schedule.r.x", {"ce-id": "1", "content-type": "j", "no": "n"}, b"{}")
    content = sha256(
        b"18:tailboard-event-v1,4:ROTA,19:rota.m.schedule.r.x,1:2,"
        b"5:ce-id,1:1,12:content-type,1:j,2:{},"
    ).hexdigest()
    assert content_of("ROTA", event) == content
    link = sha256(
        b"17:tailboard-link-v1,64:%s,4:ROTA,1:7,2:12,64:%s," % (b"0" * 64, content.encode())
    ).hexdigest()
    assert link_of(NOTHING, "ROTA", 7, 12, content) == link


def test_only_what_makes_the_event_counts() -> None:
    event = stored(1)
    same = event._replace(headers={"ce-type": " t ", "ce-id": "id-1", "Nats-Sequence": "8"})
    assert content_of("DISPATCH", same) == content_of("DISPATCH", event)
    assert content_of("INTAKE", event) != content_of("DISPATCH", event)
    for other in (
        event._replace(subject="x"),
        event._replace(body=b"{}"),
        event._replace(headers={**event.headers, "ce-actor": "b"}),
        event._replace(headers={**event.headers, "traceparent": "00-"}),
        event._replace(headers={**event.headers, "CE-Actor": "b"}),
        event._replace(headers={"CE-Id": "id-1", "ce-type": "t"}),
    ):
        assert content_of("DISPATCH", other) != content_of("DISPATCH", event)


def test_what_was_sealed_and_not_touched_is_clean() -> None:
    assert findings(EVENTS, SEALED) == []
    assert findings([*EVENTS, stored(20)], SEALED) == [], "not sealed yet"


def replaced(place: int, event: Stored) -> list[Stored]:
    return [*EVENTS[:place], event, *EVENTS[place + 1 :]]


TAMPERED: list[tuple[str, list[Stored], str]] = [
    ("changed", replaced(5, EVENTS[5]._replace(body=b"{}")), f"event 9 ({SUBJECT}_9) was changed"),
    ("removed", [*EVENTS[:5], *EVENTS[6:]], "event 9 was removed"),
    (
        "inserted",
        [*EVENTS[:6], stored(10, 98), *EVENTS[6:]],
        f"event 10 ({SUBJECT}_98) was inserted",
    ),
    (
        "reordered",
        [*EVENTS[:4], stored(8, 9), stored(9, 8), *EVENTS[6:]],
        f"event 8 ({SUBJECT}_9) is not",
    ),
    ("removed", EVENTS[:9], "event 16 was removed"),
    ("removed", EVENTS[1:], "event 1 was removed"),
    (
        "removed",  # and all that follow moved up by one, as if it had never been there
        [
            *EVENTS[:4],
            *(e._replace(sequence=s) for e, s in zip(EVENTS[5:], (8, 9, 12, 13, 15), strict=True)),
        ],
        "event 8 was removed",
    ),
]


@pytest.mark.parametrize(("kind", "events", "what"), TAMPERED)
def test_the_first_event_that_is_not_as_it_was_is_named(
    kind: str, events: list[Stored], what: str
) -> None:
    first = findings(events, SEALED)[0]
    assert first.stream == "DISPATCH"
    assert first.what.startswith(what)
    assert first.kind == kind
    assert "between " in first.what


def test_one_change_is_found_once_and_what_follows_is_compared_on_its_own() -> None:
    found = findings(replaced(1, EVENTS[1]._replace(body=b"{}")), SEALED)
    assert [each.what for each in found] == [
        f"event 2 ({SUBJECT}_2) was changed, between the beginning and "
        "checkpoint 2 (2026-03-02T08:00:00+00:00)"
    ]


def test_with_checkpoints_lost_between_only_the_stretch_can_be_named() -> None:
    kept = [*SEALED[:1], *SEALED[2:]]
    assert [each.what for each in findings(EVENTS, kept)] == ["checkpoints 2 to 2 are gone"]
    changed = replaced(1, EVENTS[1]._replace(body=b"{}"))
    assert findings(changed, kept)[1].what.startswith(
        "events are not as they were sealed, between the beginning and checkpoint 3"
    )


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_edit_of_what_is_sealed_goes_unseen(data: st.DataObject) -> None:
    """Any mixture of taking away, putting in, changing and moving is found, or changed nothing."""
    events = list(EVENTS)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(events) - 1))
        match data.draw(st.sampled_from(["take", "change", "move", "put"])):
            case "take" if len(events) > 1:
                del events[place]
            case "change":
                about = data.draw(st.integers(0, 20))
                events[place] = stored(events[place].sequence, about)
            case "move":
                other = data.draw(st.integers(0, len(events) - 1))
                one, two = events[place], events[other]
                events[place] = two._replace(sequence=one.sequence)
                events[other] = one._replace(sequence=two.sequence)
            case _:
                free = sorted({3, 5, 6, 10, 11, 14} - {e.sequence for e in events})
                if free:
                    events.append(stored(data.draw(st.sampled_from(free)), 50))
                    events.sort(key=lambda event: event.sequence)
    same = [(e.sequence, content_of("DISPATCH", e)) for e in events] == [
        (e.sequence, content_of("DISPATCH", e)) for e in EVENTS
    ]
    assert (findings(events, SEALED) == []) is same


def resigned(checkpoint: Checkpoint, **changes: Any) -> Checkpoint:
    bare = {name: value for name, value in checkpoint.items() if name != "signature"}
    return KEY.signed(bare | changes)


def test_checkpoints_that_were_tampered_with_are_found() -> None:
    other = SigningKey(bytes(32))
    forged = other.signed({k: v for k, v in SEALED[2].items() if k != "signature"})
    _, found = check_checkpoints([*SEALED[:2], forged, *SEALED[3:]])
    assert [each.kind for each in found] == ["forged", "changed"]
    _, found = check_checkpoints([SEALED[0], resigned(SEALED[1], count=99), *SEALED[2:]])
    assert [each.kind for each in found] == ["changed"], "the next one says what it was"
    assert check_checkpoints(SEALED, KEY.public)[1] == []
    assert check_checkpoints(SEALED, other.public)[1][0].kind == "forged"
    assert check_checkpoints([{"number": 1, "kind": "key"}])[1][-1].kind == "forged"


def test_the_file_and_the_stream_are_compared_by_number() -> None:
    assert compared(SEALED, SEALED) == (SEALED, [])
    assert compared(SEALED, SEALED[:2]) == (SEALED, []), "the newest may be on their way"
    assert compared([], None) == ([], []), "nothing was sealed yet"
    both, (found,) = compared(SEALED[:2], SEALED)
    assert (both, found.kind) == (SEALED, "cut")
    both, (found,) = compared([SEALED[0], *SEALED[2:]], SEALED)
    assert (both, found.kind) == (SEALED, "removed")
    forked = resigned(SEALED[2], count=7)
    both, (found,) = compared([*SEALED[:2], forked, *SEALED[3:]], SEALED)
    assert (both, found.kind) == (SEALED, "forked"), "the file outside is believed"
    for lost in (None, [], [SEALED[0], *SEALED[2:]]):
        (found,) = compared(SEALED, lost)[1]
        assert (found.stream, found.kind) == ("FILE", "lost")


def test_a_line_that_was_torn_is_written_again_on_a_line_of_its_own(tmp_path: Path) -> None:
    outside = Outside(tmp_path / "disk")
    assert outside.read() is None
    outside.add(SEALED[:2])
    with outside.path.open("a") as file:
        file.write('{"number": 3, "kin')
    assert outside.read() == SEALED[:2]
    outside.add(SEALED[2:])
    assert outside.read() == SEALED


def test_the_key_is_private_and_the_public_one_beside_it(tmp_path: Path) -> None:
    files = KeyFiles(tmp_path)
    first = files.current()
    assert (tmp_path / "checkpoint-key").stat().st_mode & 0o777 == 0o600
    assert KeyFiles(tmp_path).current().public == first.public
    upcoming = files.begin()
    assert files.begin().public == upcoming.public, "begun once"
    assert files.current().public == first.public, "until a checkpoint has named the next"
    files.finish()
    assert files.current().public == upcoming.public
    assert files.public_file.read_text() == f"{first.public}\n{upcoming.public}\n"
    (tmp_path / "checkpoint-key").write_text("damaged")
    with pytest.raises(ValueError, match="put it back from a backup"):
        files.current()


def test_a_body_that_is_no_text_survives_an_export() -> None:
    for body in (b"{}", b"\xff\x00", "é".encode()):
        event = stored(1)._replace(body=body)
        assert event_of(json.loads(line_of(event))) == event


def bundle(folder: Path, change: Callable[[dict[str, str]], None]) -> Path:
    lines = {
        "about.json": json.dumps({"streams": ["DISPATCH"]}),
        "events/DISPATCH.ndjson": "".join(f"{line_of(each)}\n" for each in EVENTS),
        "checkpoints.jsonl": "".join(f"{json.dumps(each)}\n" for each in SEALED),
        "checkpoints-outside.jsonl": "".join(f"{json.dumps(each)}\n" for each in SEALED),
    }
    change(lines)
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in lines.items():
            packed.writestr(name, text)
    return path


def edited(edit: Callable[[list[str]], list[str]]) -> Callable[[dict[str, str]], None]:
    def change(lines: dict[str, str]) -> None:
        name = "events/DISPATCH.ndjson"
        lines[name] = "".join(edit(lines[name].splitlines(keepends=True)))

    return change


def test_an_export_that_nobody_touched_is_clean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = bundle(tmp_path, lambda _lines: None)
    counted: list[int] = []
    assert verify(path, KEY.public, lambda: counted.append(1)).is_clean
    assert len(counted) == len(EVENTS)
    assert main([str(path)]) == 0
    said = capsys.readouterr().out
    assert "DISPATCH          10        10            3" in said
    assert f"first key {KEY.public}" in said


@pytest.mark.parametrize(
    ("edit", "kind"),
    [
        (lambda lines: [*lines[:5], lines[5].replace("id-9", "id-0"), *lines[6:]], "changed"),
        (lambda lines: [*lines[:5], *lines[6:]], "removed"),
        (lambda lines: [*lines[:6], f"{line_of(stored(10, 5))}\n", *lines[6:]], "inserted"),
        (lambda lines: [*lines[:4], lines[5], lines[4], *lines[6:]], "reordered"),
        (lambda lines: lines[:-1], "removed"),
    ],
)
def test_an_export_that_was_edited_is_not_clean(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    edit: Callable[[list[str]], list[str]],
    kind: str,
) -> None:
    path = bundle(tmp_path, edited(edit))
    assert main([str(path)]) == 1
    assert "NOT CLEAN" in capsys.readouterr().out
    verdict = verify(path)
    found = [*verdict.findings, *verdict.told[0].findings]
    assert found[0].kind == kind


def test_an_export_without_the_file_outside_says_so(tmp_path: Path) -> None:
    path = bundle(tmp_path, lambda lines: lines.pop("checkpoints-outside.jsonl") and None)
    (found,) = verify(path).findings
    assert (found.stream, found.kind) == ("FILE", "lost")


def test_events_without_any_checkpoint_are_no_clean_record(tmp_path: Path) -> None:
    def change(lines: dict[str, str]) -> None:
        lines["checkpoints.jsonl"] = lines["checkpoints-outside.jsonl"] = ""

    (found,) = verify(bundle(tmp_path, change)).findings
    assert (found.stream, found.kind) == ("CHECKPOINT", "lost")


def test_what_is_no_export_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "some.zip").write_bytes(b"no zip")
    for path in (tmp_path / "some.zip", tmp_path, tmp_path / "nowhere"):
        assert main([str(path)]) == 2
        assert str(path) in capsys.readouterr().err
