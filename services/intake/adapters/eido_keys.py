"""The keys of an EIDO that are known here (NENA-STA-021.1b): all others are counted and dropped.

Holds names only: which of them are read, and how, is eido.py's.
"""

from __future__ import annotations

COMPONENTS = frozenset(
    f"{each}Component"
    for each in (
        "merge", "link", "incident", "call", "callback", "dispatch", "notes", "emergencyResource",
        "alarmsSensors", "agency", "agent", "additionalData", "location", "person", "vehicle",
        "caution", "media", "sharedCommunicationResource", "externalInformationSource",
        "unitEmergencyState", "organization", "item", "alternateValues",
    )
)  # fmt: skip
_PROLOGUE = frozenset(
    {
        "$id", "lastUpdateTimeStamp", "lastUpdateTimestamp", "updatedByAgencyReference",
        "updatedByAgentReference", "AlternateValueReferences",
        "externalInformationSourceReferences", "mediaReferences",
    }
)  # fmt: skip
KNOWN = COMPONENTS | _PROLOGUE | {
    "@context", "eidoVersion", "eidoExtensionId", "issuingElementIdentification",
    "eidoMessageIdentifier", "sendingSystemIdentifier", "messageKind",
}  # fmt: skip
KNOWN_OF_INCIDENT = _PROLOGUE | {
    "incidentTypeInternalCode", "incidentTypeInternalText", "incidentTypeCommonRegistryText",
    "incidentStatusInternalText", "incidentStatusCommonRegistryText", "internalIncidentId",
    "agentReference", "locationReference", "personReference", "organizationReference",
    "vehicleReference", "documentIdentification", "reportNumberType",
    "incidentPriorityInternalText", "incidentCommonPriorityNumber", "beatOrDispatchGroupText",
    "dispositionComponent", "notesReference", "componentIdentifier", "incidentTrackingIdentifier",
}  # fmt: skip
