"""CAP: every document at hand with its verdict, and the rules that keep alerts mere context."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.intake import IncidentStatus
from services.intake.adapters import cap
from services.intake.adapters.cap_declared import declares_disaster
from services.intake.adapters.document import BadDocument

from .mutations import mangled

if TYPE_CHECKING:
    from services.intake.commands import Report, Told

DOCUMENTS = Path(__file__).parents[3] / "../shared/data/cap"
needs_documents = pytest.mark.skipif(
    not DOCUMENTS.is_dir(), reason="the shared CAP documents are absent"
)
READ = {
    "google/43b080713727.cap": 1,
    "google/KAR0-0306112239-SW.cap": 1,
    "google/amber.atom": 1,
    "google/australia.cap": 1,
    "google/bushfire.edxlde": 7,
    "google/bushfire_valid.edxlde": 7,
    "google/canada.cap": 1,
    "google/canada_signed.atom": 1,
    "google/canada_signed.cap": 1,
    "google/earthquake-iso8859-1.cap": 1,
    "google/earthquake.atom": 1,
    "google/earthquake.cap": 1,
    "google/earthquake_signed.cap": 1,
    "google/empty_weather_index.atom": 0,
    "google/no_optional_fields.cap": 1,
    "google/thunderstorm.cap": 1,
    "google/wcatwc-warning.cap": 1,
    "google/weather.atom": 1,
    "google/weather.cap": 1,
    "google/weather_index.atom": 2,
    "nws_cap_index_2020-05-07.xml": 4,
    "oasis_examples/cap_amber_alert_example.xml": 1,
    "oasis_examples/example1.xml": 1,
    "oasis_examples/example2.xml": 1,
    "oasis_examples/example3.xml": 1,
    "oasis_examples/example4.xml": 1,
}
REFUSED = {
    "google/bushfire_invalid.edxlde": "alert[2].identifier",
    "google/canada_errors.cap": "alert.references",
    "google/earthquake_index.atom": "entry[1]",
    "google/invalid.cap": "alert.scope",
    "google/invalid_element.atom": "entry[1].link",
    "google/no_entries.atom": "entry",
    "google/no_id.atom": "entry[1].id",
    "google/no_link.atom": "entry[1].link",
    "google/no_title.atom": "entry[1].title",
    "google/noaa_errors.cap": "alert.info[1].urgency",
    "google/weather_invalid.atom": "entry[1].alert.identifier",
    "google/xee.atom": "DOCTYPE",
    "google/xee.cap": "DOCTYPE",
}
SCHEMAS = "xsd/"


@needs_documents
@pytest.mark.parametrize(("name", "count"), READ.items())
def test_every_valid_document_is_read_as_context(name: str, count: int) -> None:
    told = cap.read((DOCUMENTS / name).read_bytes(), "alerts")
    assert len(told) == count
    for each in told:
        assert each.report.context_only
        assert each.report.incident_type
        assert each.report.told_at
        assert each.report.occurred_at
        assert each.report.place is None, "an area must not be matched with a call's address"
        assert each.report.number
        assert "@" not in each.report.number, "a mail address may be somebody's"
        assert each.ignored_fields == 0


@needs_documents
@pytest.mark.parametrize(("name", "field"), REFUSED.items())
def test_every_invalid_document_is_refused_by_the_element_that_is_wrong(
    name: str, field: str
) -> None:
    with pytest.raises(BadDocument) as refused:
        cap.read((DOCUMENTS / name).read_bytes(), "alerts")
    assert refused.value.field == field
    assert refused.value.remedy


@needs_documents
def test_no_document_is_without_a_verdict() -> None:
    there = {str(path.relative_to(DOCUMENTS)) for path in DOCUMENTS.rglob("*") if path.is_file()}
    unsaid = {name for name in there if not name.startswith(SCHEMAS) and name != "SOURCE.md"}
    assert unsaid == READ.keys() | REFUSED.keys()


def alert(*infos: str, version: str = "1.2", **elements: str) -> bytes:
    fields = {
        "identifier": "A-1",
        "sender": "duty@example.gov",
        "sent": "2026-03-01T12:00:00-05:00",
        "status": "Actual",
        "msgType": "Alert",
        "scope": "Public",
        **elements,
    }
    body = "".join(f"<{name}>{text}</{name}>" for name, text in fields.items() if text)
    space = f"urn:oasis:names:tc:emergency:cap:{version}"
    return f'<alert xmlns="{space}">{body}{"".join(infos)}</alert>'.encode()


def info(**elements: str) -> str:
    fields = {
        "category": "Met",
        "event": "Flood",
        "urgency": "Immediate",
        "severity": "Extreme",
        "certainty": "Observed",
        **elements,
    }
    return f"<info>{''.join(f'<{n}>{t}</{n}>' for n, t in fields.items() if t)}</info>"


def report(body: bytes) -> Report:
    (only,) = cap.read(body, "alerts")
    return only.report


def refused(body: bytes) -> BadDocument:
    with pytest.raises(BadDocument) as bad:
        cap.read(body, "alerts")
    return bad.value


def codes(told: Report) -> list[str]:
    return [each.code for each in told.codes]


@pytest.mark.parametrize("status", ["Test", "Exercise", "Draft", "System"])
def test_only_actual_alerts_are_no_exercise(status: str) -> None:
    assert report(alert(info(), status=status)).exercise
    assert not report(alert(info())).exercise


def test_an_exercise_envelope_makes_everything_in_it_one() -> None:
    def wrapped(status: str) -> bytes:
        head = f"<distributionStatus>{status}</distributionStatus>".encode()
        return b"<EDXLDistribution>" + head + alert(info()) + b"</EDXLDistribution>"

    assert report(wrapped("Exercise")).exercise
    assert not report(wrapped("Actual")).exercise


def test_updates_and_cancellations_go_by_the_name_of_the_first_message() -> None:
    first = report(alert(info()))
    refer = (
        "duty@example.gov,A-2,2026-03-01T13:00:00-05:00\n"
        " duty@example.gov,A-1,2026-03-01T12:00:00-05:00"
    )
    update = report(alert(info(), identifier="A-3", msgType="Update", references=refer))
    cancel = report(alert(identifier="A-4", msgType="Cancel", references=refer))
    assert first.number == update.number == cancel.number == "example.gov,A-1"
    assert update.same_as == ("example.gov,A-3", "example.gov,A-2")
    assert cancel.same_as == ("example.gov,A-4", "example.gov,A-2")
    assert update.status is IncidentStatus.ACTIVE
    assert cancel.status is IncidentStatus.CANCELLED


def test_of_very_many_references_the_first_and_the_latest_are_kept() -> None:
    refer = " ".join(f"duty@example.gov,A-{n},2026-03-01T12:{n:02}:00Z" for n in range(59, 0, -1))
    update = report(alert(info(), identifier="A-99", msgType="Update", references=refer))
    assert update.number == "example.gov,A-1"
    assert len(update.same_as) == 25
    assert "example.gov,A-59" in update.same_as


def test_a_long_name_is_digested_and_still_the_same_in_a_reference() -> None:
    long = "NOAA-NWS-ALERTS-" + "x" * 90
    first = report(alert(info(), identifier=long))
    refer = f"duty@example.gov,{long},2026-03-01T12:00:00-05:00"
    assert report(alert(info(), msgType="Update", references=refer)).number == first.number
    assert first.number
    assert len(first.number) <= 80


def test_a_sender_that_shortens_itself_in_references_is_found_all_the_same() -> None:
    refer = "PAAQ,A-1,2026-03-01T12:00:00-05:00"
    update = report(alert(info(), identifier="A-2", msgType="Update", references=refer))
    assert report(alert(info())).number in update.same_as


@pytest.mark.parametrize("kind", ["Ack", "Error"])
def test_acknowledgements_and_errors_tell_no_incident(kind: str) -> None:
    bad = refused(alert(info(), msgType=kind, references="a,b,2026-03-01T12:00:00Z"))
    assert bad.field == "alert.msgType"
    assert "no incident" in bad.problem


@pytest.mark.parametrize(
    ("elements", "field"),
    [
        ({"identifier": ""}, "alert.identifier"),
        ({"identifier": "a b"}, "alert.identifier"),
        ({"sender": "a,b"}, "alert.sender"),
        ({"sent": ""}, "alert.sent"),
        ({"sent": "2026-03-01T12:00:00"}, "alert.sent"),
        ({"sent": "0001-01-01T00:00:00+14:00"}, "alert.sent"),
        ({"status": "Real"}, "alert.status"),
        ({"msgType": "Alarm"}, "alert.msgType"),
        ({"scope": "Everyone"}, "alert.scope"),
        ({"msgType": "Cancel"}, "alert.references"),
        ({"msgType": "Update", "references": "nonsense"}, "alert.references"),
    ],
)
def test_what_an_alert_needs_is_named(elements: dict[str, str], field: str) -> None:
    assert refused(alert(info(), **elements)).field == field


@pytest.mark.parametrize(
    ("elements", "field"),
    [
        ({"event": ""}, "event"),
        ({"category": ""}, "category"),
        ({"category": "Weather"}, "category"),
        ({"urgency": "Foobar"}, "urgency"),
        ({"severity": ""}, "severity"),
        ({"certainty": "Sure"}, "certainty"),
    ],
)
def test_what_an_info_needs_is_named(elements: dict[str, str], field: str) -> None:
    assert refused(alert(info(), info(**elements))).field == f"alert.info[2].{field}"


def test_the_first_version_needs_neither_scope_nor_category() -> None:
    old = alert(info(category="", eventCode="SAME=TOR"), version="1.0", scope="")
    assert "eventCode:TOR" in codes(report(old))
    assert refused(alert(info(), scope="", version="1.1")).field == "alert.scope"


def test_english_is_preferred_and_the_codes_of_all_languages_are_kept() -> None:
    french = info(language="fr-CA", event="orages", headline="orages violents", category="Env")
    english = info(language="en-CA", event="thunderstorm", headline="severe storms")
    told = report(alert(french, english))
    assert (told.incident_type, told.narrative) == ("thunderstorm", "severe storms")
    assert "event:orages" not in codes(told)
    assert {"category:Env", "category:Met", "event:thunderstorm"} <= set(codes(told))
    assert report(alert(french)).incident_type == "orages"


def test_classification_and_texts_are_told() -> None:
    told = report(
        alert(
            info(
                event="F" * 200,
                responseType="Evacuate",
                eventCode="<valueName>SAME</valueName><value>FFW</value>",
                headline="Flood now",
                description="River &lt;br /&gt;rises<br/>fast",
                instruction="Leave",
                onset="2026-03-01T11:00:00-05:00",
            )
        )
    )
    assert codes(told)[0] == "category:Met"
    assert {"severity:Extreme", "responseType:Evacuate", "eventCode:FFW"} <= set(codes(told))
    assert all(len(code) <= 120 for code in codes(told))
    assert len(told.incident_type) == 120
    assert told.narrative.split() == ["Flood", "now", "River", "rises", "fast", "Leave"]
    assert told.occurred_at == datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert told.told_at == datetime(2026, 3, 1, 17, tzinfo=UTC)
    assert told.flags == (), "severity alone says nothing of casualties or disasters"


@pytest.mark.parametrize(
    ("text", "is_declared"),
    [
        ("The Governor has declared a state of emergency for Adams County.", True),
        ("A major disaster declaration was signed by the President.", True),
        ("Local state of emergency remains in effect", True),
        ("State of Emergency", False),
        ("STATE OF EMERGENCY DECLARED", True),
        ("Residents should be aware that the mayor proclaimed a local disaster today.", True),
        ("A state of emergency has not been declared.", False),
        ("A state of emergency may be declared.", False),
        ("The county requested a federal disaster declaration, not yet signed.", False),
        ("The state of emergency declared on Monday was lifted.", False),
        ("A High Condition is declared when there is a high risk of attacks.", False),
        ("CATASTROPHIC flooding. This is an extremely dangerous disaster in the making.", False),
        ("In this exercise the governor declared a state of emergency.", False),
    ],
)
def test_only_a_plain_declaration_declares_a_disaster(text: str, is_declared: bool) -> None:
    assert declares_disaster(text) is is_declared
    flags = report(alert(info(description=text))).flags
    assert flags == (("declared_disaster",) if is_declared else ())


def test_a_cancelled_declaration_declares_nothing() -> None:
    body = alert(
        info(headline="Governor declared a state of emergency"),
        msgType="Cancel",
        references="duty@example.gov,A-0,2026-03-01T11:00:00Z",
    )
    assert report(body).flags == ()


def test_unknown_elements_are_counted() -> None:
    (only,) = cap.read(alert(info(vendor="x", other="y"), extra="z"), "alerts")
    assert only.ignored_fields == 3


def test_prefixes_and_foreign_namespaces_do_not_matter() -> None:
    plain = alert(info())
    bare = plain.replace(b' xmlns="urn:oasis:names:tc:emergency:cap:1.2"', b"")
    prefixed = re.sub(rb"<(/?)", rb"<\1c:", bare).replace(
        b"<c:alert", b'<c:alert xmlns:c="urn:oasis:names:tc:emergency:cap:1.2"', 1
    )
    assert report(bare) == report(plain) == report(prefixed)


RSS = """<rss version="2.0" xmlns:cap="urn:oasis:names:tc:emergency:cap:1.1"><channel><item>
<title>Flood Warning issued March 01 by a weather office</title><guid>item-1</guid>
<pubDate>Sun, 01 Mar 2026 12:00:00 -0500</pubDate><description>Water &lt;b&gt;rises&lt;/b&gt;</description>
{}</item></channel></rss>"""


def test_an_index_entry_tells_what_it_repeats_of_the_alert() -> None:
    cap_elements = "<cap:status>Test</cap:status><cap:severity>Severe</cap:severity>"
    told = report(RSS.format(cap_elements).encode())
    assert (told.number, told.incident_type) == ("item-1", "Flood Warning")
    assert told.narrative.endswith("Water rises")
    assert told.told_at == datetime(2026, 3, 1, 17, tzinfo=UTC)
    assert told.exercise
    assert codes(told) == ["severity:Severe"]


def test_an_alert_inside_an_item_counts_more_than_the_item() -> None:
    inside = report(RSS.format(alert(info()).decode()).encode())
    escaped = alert(info()).decode().replace("&", "&amp;").replace("<", "&lt;")
    as_text = report(RSS.format(f"<content>{escaped}</content>").encode())
    assert inside == as_text == report(alert(info()))


def test_an_item_with_only_a_link_asks_for_the_alert_itself() -> None:
    bad = refused(RSS.format("<link>https://alerts.example.gov/1</link>").encode())
    assert bad.field == "item[1]"
    assert "post the alert itself" in bad.remedy
    assert "alerts.example.gov" not in str(bad)


@pytest.mark.parametrize("body", [b"<html/>", b"<EDXLDistribution/>", b"not xml", b"{}"])
def test_what_is_no_alert_is_refused(body: bytes) -> None:
    assert refused(body).remedy


def outcome(body: bytes) -> str:
    """What was read, written down, or the remedy of the refusal: there is nothing else."""
    try:
        told: tuple[Told, ...] = cap.read(body, "alerts")
        return "".join(each.model_dump_json() for each in told) or "nothing to tell"
    except BadDocument as bad:
        return bad.remedy


SEEDS = [
    alert(info(headline="h", eventCode="<valueName>a</valueName><value>b</value>")),
    alert(msgType="Update", references="a,b,2026-03-01T12:00:00Z"),
    RSS.format("<cap:status>Actual</cap:status>").encode(),
    *((DOCUMENTS / name).read_bytes() for name in READ if DOCUMENTS.is_dir()),
]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=100), mangled(SEEDS)))
def test_any_bytes_are_alerts_or_a_refusal(body: bytes) -> None:
    assert outcome(body)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["identifier", "sender", "sent", "msgType", "references", "status"]),
        st.text(alphabet=st.characters(exclude_characters="<&", exclude_categories=["Cs", "Cc"])),
    ),
    st.text(alphabet=st.characters(exclude_characters="<&", exclude_categories=["Cs", "Cc"])),
)
def test_any_words_in_an_alert_are_an_alert_or_a_refusal(
    elements: dict[str, str], text: str
) -> None:
    assert outcome(alert(info(description=text, event=text, onset=text), **elements))
