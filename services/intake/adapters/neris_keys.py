"""The keys of a NERIS record that are known here (framework 2025-07, API client 1.5): others are
counted and dropped. Holds names only: which are read, and how, is said elsewhere.
"""

from __future__ import annotations

_OF_ANY_ANSWER = frozenset({"neris_uid", "neris_id", "last_modified"})
"""What the API adds when it answers with a record."""
KNOWN_OF_DISPATCH = _OF_ANY_ANSWER | {
    "center_id", "incident_number", "determinant_code", "incident_code", "automatic_alarm",
    "incident_clear", "call_arrival", "call_answered", "call_create", "disposition", "location",
    "point", "comments", "tactic_timestamps", "unit_responses",
}  # fmt: skip
KNOWN_OF_BASE = _OF_ANY_ANSWER | {
    "people_present", "animals_rescued", "displacement_count", "displacement_causes",
    "department_neris_id", "incident_number", "impediment_narrative", "outcome_narrative",
    "point", "polygon", "location", "location_use",
}  # fmt: skip
KNOWN_OF_INCIDENT = _OF_ANY_ANSWER | {
    "base", "incident_types", "special_modifiers", "aids", "nonfd_aids", "actions_tactics",
    "dispatch", "tactic_timestamps", "unit_responses", "exposures", "casualty_rescues",
    "fire_detail", "hazsit_detail", "medical_details", "smoke_alarm", "fire_alarm", "other_alarm",
    "fire_suppression", "cooking_fire_suppression", "electric_hazards", "powergen_hazards",
    "csst_hazard", "medical_oxygen_hazard", "department", "submitter_account_type",
    "incident_status", "weather", "census_tract", "parcel", "incident_analysis_neris_id",
    "traumatic_event", "traumatic_events", "type_traumatic_event",
}  # fmt: skip
KNOWN_OF_UNIT = _OF_ANY_ANSWER | {
    "unit_neris_id", "reported_unit_id", "staffing", "unable_to_dispatch", "dispatch",
    "enroute_to_scene", "on_scene", "canceled_enroute", "staging", "unit_clear", "med_responses",
    "point", "response_mode", "transport_mode",
}  # fmt: skip
KNOWN_OF_CASUALTY = _OF_ANY_ANSWER | {
    "type", "rank", "years_of_service", "casualty", "rescue", "birth_month_year", "gender", "race",
}  # fmt: skip
