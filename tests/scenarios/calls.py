"""The calls that the stories are about, as a dispatch center posts them."""

from __future__ import annotations

from typing import Any, Final

PEDIATRIC_DEATH: Final[dict[str, Any]] = {
    "incident_number": "26-000123",
    "incident_type": "Pediatric cardiac arrest",
    "narrative": "3 y/o not breathing, CPR in progress, pronounced on scene",
    "units": ["E12", "M12"],
}
PEDIATRIC_CPR: Final[dict[str, Any]] = {
    "incident_number": "26-000124",
    "incident_type": "CPR in progress",
    "narrative": "infant, crew working code",
    "units": ["E12"],
}
LOCKOUT: Final[dict[str, Any]] = {
    "incident_number": "26-000200",
    "incident_type": "Vehicle lockout",
    "narrative": "keys in the car, engine running",
    "units": ["E12"],
}
LINE_OF_DUTY_DEATH: Final[dict[str, Any]] = {
    "incident_number": "26-000300",
    "incident_type": "Structure fire",
    "responders": [{"outcome": "killed"}],
    "units": ["E12", "L3", "B1"],
}
MASS_CASUALTY: Final[dict[str, Any]] = {
    "incident_number": "26-000400",
    "incident_type": "Train derailment",
    "flags": ["mass_casualty"],
    "units": ["E12", "M12", "L3"],
}
DISPATCHERS_CALL: Final[dict[str, Any]] = {
    "incident_number": "26-000500",
    "incident_type": "Open line",
    "flags": ["dispatcher_exposed"],
}
