"""XML from outside: what is refused, what is read, and that nothing else ever happens."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.adapters.document import BadDocument
from services.intake.adapters.safe_xml import (
    MOST_BYTES,
    child,
    children,
    descendants,
    local_name,
    namespace,
    parse_xml,
    text_of,
)

BOMB = b"""<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]><alert>&c;</alert>"""
FILE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><alert>&x;</alert>'
SUBSET = b'<!DOCTYPE a PUBLIC "-//A//EN" "http://127.0.0.1:1/a.dtd"><alert/>'


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (BOMB, "DOCTYPE"),
        (FILE, "DOCTYPE"),
        (SUBSET, "DOCTYPE"),
        (b"", "document"),
        (b"{}", "document"),
        (b"<alert>", "document"),
        (b"<a>&undefined;</a>", "document"),
        (b"<a>" * 70 + b"</a>" * 70, "document"),
        (b"<a>" * 200_000 + b"</a>" * 200_000, "document"),
        (b"<a>" + b"<b/>" * 100_001 + b"</a>", "document"),
        (b"<a>" + b" " * MOST_BYTES + b"</a>", "document"),
        (b"<a>\xff\xfe</a>", "document"),
        (b"\xff\xfe<\x00a\x00", "document"),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', "encoding"),
        (b'<?xml version="1.0" encoding="no-such-thing"?><a/>', "encoding"),
        ("<a>\ud800</a>".encode("utf-8", "surrogatepass"), "document"),
        (b"\x00" * 50, "document"),
    ],
    ids=range(17),
)
def test_what_could_do_harm_is_refused_by_name(body: bytes, field: str) -> None:
    with pytest.raises(BadDocument) as refused:
        parse_xml(body)
    assert refused.value.field == field
    assert refused.value.remedy


def test_an_inclusion_is_an_element_like_any_other() -> None:
    root = parse_xml(
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude">'
        b'<xi:include href="file:///etc/hostname" parse="text"/><b>kept</b></a>'
    )
    assert "".join(root.itertext()) == "kept"


@pytest.mark.parametrize(
    "body",
    [
        '<?xml version="1.0" encoding="ISO-8859-1"?><a>Usulután</a>'.encode("latin-1"),
        '<?xml version="1.0" encoding="windows-1252"?><a>Usulután</a>'.encode("cp1252"),
        "<a>Usulután</a>".encode(),
        "\ufeff<a>Usulután</a>".encode(),
        '<?xml version="1.0" encoding="UTF-16"?><a>Usulután</a>'.encode("utf-16"),
        '\n  <?xml version="1.0"?><a>Usulután</a>'.encode(),
    ],
    ids=range(6),
)
def test_the_usual_encodings_are_read(body: bytes) -> None:
    assert text_of(parse_xml(body)) == "Usulután"


def test_names_are_found_whatever_their_namespace() -> None:
    root = parse_xml(
        b'<x:a xmlns:x="urn:x" xmlns="urn:y"><b>1</b><x:b> 2 </x:b><x:c><b>3</b></x:c><!-- 4 --></x:a>'
    )
    assert (local_name(root), namespace(root)) == ("a", "urn:x")
    assert [text_of(each) for each in children(root, "b")] == ["1", "2"]
    assert len(children(root)) == 3
    assert text_of(root, "c", "b") == "3"
    assert text_of(root, "c", "nothing", "b") == ""
    assert child(root, "nothing", "at", "all") is None
    assert [text_of(each) for each in descendants(root, "b")] == ["1", "2", "3"]


def test_a_refusal_carries_nothing_of_the_document() -> None:
    with pytest.raises(BadDocument) as refused:
        parse_xml(b"<caller>Jordan Doe 555-0100</wrong>")
    assert "Doe" not in str(refused.value)
    assert "wrong" not in str(refused.value)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(alphabet="<>/!?[]&;='\" aA\n-", max_size=80)))
def test_any_bytes_are_an_element_or_a_refusal(body: bytes | str) -> None:
    assert outcome(body if isinstance(body, bytes) else body.encode())


def outcome(body: bytes) -> str:
    try:
        return parse_xml(body).tag
    except BadDocument as refused:
        return refused.problem
