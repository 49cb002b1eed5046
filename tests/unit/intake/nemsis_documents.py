"""Patient care reports for the tests: written here, with sentinels wherever a person could stand."""

from __future__ import annotations

from typing import Any

PRIVATE = {
    "eRecord.01": "PRIVATE-RECORD-01",
    "eCrew.01": "PRIVATE-CREW-01",
    "ePatient.01": "PRIVATE-PATIENT-ID",
    "ePatient.02": "PRIVATE-LAST-NAME",
    "ePatient.03": "PRIVATE-FIRST-NAME",
    "ePatient.05": "PRIVATE-HOME-ADDRESS",
    "ePatient.09": "PRIVATE-ZIP",
    "ePatient.12": "PRIVATE-SSN",
    "ePatient.17": "1971-07-09",
    "ePatient.18": "PRIVATE-PHONE",
    "ePatient.19": "PRIVATE@EXAMPLE.ORG",
    "ePatient.20": "PRIVATE-LICENSE",
    "ePayment.10": "PRIVATE-INSURER",
    "ePayment.23": "PRIVATE-RELATIVE",
    "eSituation.04": "PRIVATE-COMPLAINT",
    "eSituation.11": "PRIVATE-IMPRESSION",
    "eHistory.02": "PRIVATE-DOCTOR",
    "eHistory.08": "PRIVATE-HISTORY",
    "eNarrative.01": "PRIVATE-NARRATIVE",
    "eMedications.03": "PRIVATE-MEDICATION",
    "eOther.04": "PRIVATE-CREW-01",
    "eOther.19": "PRIVATE-SIGNER",
    "eOutcome.04": "PRIVATE-HOSPITAL-ID",
}
ROUTINE: dict[str, Any] = {
    "eResponse.03": "26-000123",
    "eResponse.13": "V-0042",
    "eResponse.14": "M7",
    "eDispatch.01": "2301013",
    "eTimes.01": "2026-03-01T21:00:00-05:00",
    "eTimes.03": "2026-03-01T21:01:30-05:00",
    "eTimes.06": "2026-03-01T21:08:00-05:00",
    "eTimes.13": "2026-03-01T22:10:00-05:00",
    "ePatient.15": "54",
    "ePatient.16": "2516009",
    "eScene.06": "2707005",
    "eScene.07": "9923001",
    "eArrest.01": "3001001",
    "eDisposition.27": "4227001",
    "eDisposition.28": "4228001",
    "eDisposition.19": "4219005",
}
NIL = '<{name} {attributes} xsi:nil="true"/>'


def not_told(name: str, attributes: str = 'NV="7701003"') -> str:
    """The element as one that has no value, for the reason that its attribute gives."""
    return NIL.format(name=name, attributes=attributes)


def care_report(*raw: str, crew: tuple[tuple[str, ...], ...] = (), **changed: Any) -> str:
    """One record: the routine one with `eArrest_18="..."` changed, None left out, `raw` XML added.

    Each of `crew` is one crew member's codes of eOther.06.
    """
    values = ROUTINE | PRIVATE | {name.replace("_", "."): told for name, told in changed.items()}
    sections: dict[str, list[str]] = {}
    for name, told in values.items():
        if told is not None:
            for each in told if isinstance(told, tuple) else (told,):
                sections.setdefault(name.partition(".")[0], []).append(f"<{name}>{each}</{name}>")
    for codes in crew:
        told = "".join(f"<eOther.06>{code}</eOther.06>" for code in codes)
        member = f"<eOther.04>PRIVATE-CREW-01</eOther.04><eOther.05>9923003</eOther.05>{told}"
        group = f"<eOther.EMSCrewMemberGroup>{member}</eOther.EMSCrewMemberGroup>"
        sections.setdefault("eOther", []).append(group)
    told = "".join(f"<{name}>{''.join(each)}</{name}>" for name, each in sections.items())
    return f'<PatientCareReport UUID="PRIVATE-UUID">{told}{"".join(raw)}</PatientCareReport>'


def document(*records: str, namespace: str = "http://www.nemsis.org") -> bytes:
    """An EMSDataSet of these records."""
    default = f'xmlns="{namespace}"' if namespace else ""
    agency = "<DemographicGroup><dAgency.01>S01</dAgency.01></DemographicGroup>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><EMSDataSet {default}'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<Header>{agency}{''.join(records)}</Header></EMSDataSet>"
    ).encode()
