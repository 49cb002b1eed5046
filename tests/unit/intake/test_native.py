"""The native format: every field reaches the report, and no bytes are an accident."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.intake.adapters.document import BadDocument
from services.intake.adapters.native import NativeReport, read, to_report
from services.intake.commands import CodeSystem, IncidentCode, Patient, PatientOutcome, Place

FULL: dict[str, Any] = {
    "incident_type": "Cardiac arrest",
    "source": "county",
    "incident_number": "26-7",
    "codes": [{"system": "mpds", "code": "09-E-01"}],
    "told_at": "2026-03-02T04:00:00+01:00",
    "on_scene_at": "2026-03-02T02:50:00Z",
    "place": {"latitude": 44.05, "longitude": -92.48},
    "address": "100 block of a street",
    "patients": [{"age_years": 3, "outcome": "died", "resuscitated": True}],
    "people_hurt": 2,
    "people_killed": 1,
    "same_as": ["26-6"],
    "exposed": 9,
    "disciplines": ["fire", "ems"],
}


def test_every_field_of_the_format_reaches_the_report() -> None:
    report = to_report(NativeReport.model_validate(FULL), "by-key")

    assert report.told_at == datetime(2026, 3, 2, 3, tzinfo=UTC)
    assert report.on_scene_at == datetime(2026, 3, 2, 2, 50, tzinfo=UTC)
    assert report.codes == (IncidentCode(system=CodeSystem.MPDS, code="09-E-01"),)
    assert report.place == Place(latitude=44.05, longitude=-92.48)
    assert report.patients == (
        Patient(age_years=3, outcome=PatientOutcome.DIED, resuscitated=True),
    )
    assert (report.people_hurt, report.people_killed) == (2, 1)
    assert (report.exposed, report.disciplines) == (9, ("fire", "ems"))
    assert (report.address, report.same_as) == ("100 block of a street", ("26-6",))
    assert (report.source, report.number) == ("county", "26-7")


def test_one_report_or_a_list_is_read() -> None:
    (one,) = read(b'{"incident_type": "a", "weather": 1}', "by-key")
    two = read(b' [{"incident_type": "a"}, {"incident_type": "b"}]', "by-key")

    assert (one.report.source, one.ignored_fields) == ("by-key", 1)
    assert [told.report.incident_type for told in two] == ["a", "b"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", ""),
        (b"{", ""),
        (b"\xff\xfe", ""),
        (b"[" * 100_000, ""),
        (b"[1]", "0"),
        (b'[{"incident_type": "a"}, {"incident_type": "a", "units": "very-secret"}]', "1.units"),
        (b'{"incident_type": "a", "place": {"latitude": "very-secret"}}', "place.latitude"),
        (b'{"incident_type": "a", "told_at": "0001-01-01T00:00:00+14:00"}', "told_at"),
    ],
)
def test_a_bad_document_names_its_field_and_not_its_value(body: bytes, field: str) -> None:
    with pytest.raises(BadDocument) as caught:
        read(body, "by-key")

    assert caught.value.field == field
    assert "secret" not in str(caught.value)


@settings(max_examples=300, deadline=None)
@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        told = read(body, "by-key")
    except BadDocument as bad:
        assert bad.problem  # noqa: PT017 - either it is read, or it says why not
    else:
        assert isinstance(told, tuple)
