"""NERIS (ulfsri/neris-framework 2025-07): dispatch and incident records of fire departments.

Lenient in shape, and open to values of later versions; of persons only age and outcome are taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from schemas.intake import IncidentStatus
from services.intake.adapters.document import BadDocument
from services.intake.adapters.eido_parts import Object, objects, parse_json, word
from services.intake.adapters.neris_keys import (
    KNOWN_OF_BASE,
    KNOWN_OF_CASUALTY,
    KNOWN_OF_DISPATCH,
    KNOWN_OF_INCIDENT,
    KNOWN_OF_UNIT,
)
from services.intake.adapters.neris_people import People, people, traumatic_events, typed
from services.intake.adapters.neris_place import where
from services.intake.adapters.neris_times import instant
from services.intake.adapters.neris_units import Response, response
from services.intake.adapters.plain_text import MOST_TEXT, number_of, plain
from services.intake.commands import CodeSystem, IncidentCode, Report, Told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

MOST_RECORDS = 1_000
_UNDETERMINED = "UNDETERMINED"
"""What a CAD sends until somebody knows better: no type at all."""
_FALSE = ("NOEMERG||FALSE_ALARM", "NOEMERG||GOOD_INTENT||NO_INCIDENT_FOUND")
_CANCELLED = "NOEMERG||CANCELLED"
_LISTS = ("incidents", "dispatches")


def read(body: bytes, source: str) -> tuple[Told, ...]:
    """Each dispatch or incident record of a document: one, an array, or a list under `incidents`.

    Both kinds of one incident give the same number. Raises BadDocument, and nothing else.
    """
    return tuple(_told(record, source, field) for field, record in _records(parse_json(body)))


def _records(told: object) -> list[tuple[str, Object]]:
    """The records with a prefix that names each in a problem: `3.` for the fourth of a list."""
    if isinstance(told, dict):
        told = next((told[key] for key in _LISTS if isinstance(told.get(key), list)), told)
    if isinstance(told, dict):
        return [("", told)]
    if not isinstance(told, list) or not told:
        raise BadDocument("document", "holds no record", "post one NERIS record, or a list of them")
    if len(told) > MOST_RECORDS:
        problem = f"holds more than {MOST_RECORDS:,} records"
        raise BadDocument("document", problem, "post them in several documents")
    for at, each in enumerate(told):
        if not isinstance(each, dict):
            raise BadDocument(f"{at}", "is not an object", "post NERIS records as JSON objects")
    return [(f"{at}.", each) for at, each in enumerate(told)]


@dataclass(frozen=True, slots=True)
class _Record:
    """One record taken apart. A dispatch record is its own dispatch part."""

    incident: Object
    base: Object
    dispatch: Object

    @property
    def parts(self) -> tuple[Object, Object, Object]:
        """In order of preference."""
        return self.dispatch, self.base, self.incident


def _apart(told: Object) -> _Record:
    dispatch, base = told.get("dispatch"), told.get("base")
    if isinstance(dispatch, dict) or isinstance(base, dict) or "incident_types" in told:
        return _Record(
            told,
            base if isinstance(base, dict) else {},
            dispatch if isinstance(dispatch, dict) else {},
        )
    return _Record({}, {}, told)


def _told(told: Object, source: str, prefix: str) -> Told:
    record = _apart(told)
    numbers = _numbers(record)
    if not numbers:
        raise BadDocument(
            f"{prefix}incident_number",
            "is missing: this is not a NERIS record, or it does not say which incident it is of",
            "post a dispatch or an incident record with its incident_number",
        )
    try:
        report = Report(source=source, number=numbers[0], **_fields(record, numbers))
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise BadDocument(
            f"{prefix}{place}", "cannot be taken as it is", "correct it and post again"
        ) from None
    return Told(report=report, ignored_fields=_unknown(record))


def _numbers(record: _Record) -> list[str]:
    """The dispatch's number first, which both payloads carry; a department may have its own."""
    told = [word(part.get("incident_number"), 400) for part in record.parts]
    named = word(record.incident.get("neris_id"), 400).split("|")
    told += named[1:2] if len(named) == 3 else []
    return list(dict.fromkeys(number_of(each) for each in told if each))


def _fields(record: _Record, numbers: list[str]) -> dict[str, Any]:
    types = [each for each in _types(record) if each != _UNDETERMINED]
    units = response(record.dispatch.get("unit_responses"), record.incident.get("unit_responses"))
    occurred_at = _first_time(record.dispatch, "call_arrival", "call_create", "call_answered")
    occurred_at = occurred_at or units.dispatched_at
    modifiers = typed(record.incident.get("special_modifiers"))
    affected = people(record.incident, types, modifiers, occurred_at)
    place, address = where((record.base, record.dispatch))
    local = word(record.dispatch.get("incident_code"))
    return {
        "incident_type": (_label(types[0]) if types else local)[:120],
        "incident_code": local[:40].rstrip(),
        "occurred_at": occurred_at,
        "units": units.units,
        "exposed": units.staffed,
        "disciplines": ("fire",),  # NERIS is the record of fire departments
        "codes": _codes(record, types, modifiers),
        "narrative": _narrative(record),
        "place": place,
        "address": address,
        "patients": affected.patients,
        "responders": affected.responders,
        "flags": affected.flags,
        "on_scene_at": units.on_scene_at,
        "told_at": _touched(record),
        "same_as": tuple(numbers[1:]),
        **_status(record, types, units, affected),
    }


def _types(record: _Record) -> list[str]:
    """The primary type first."""
    told = record.incident.get("incident_types")
    primary = [each for each in objects(told) if each.get("primary") is True]
    return list(dict.fromkeys([*typed(primary), *typed(told)]))


def _label(kind: str) -> str:
    """`MEDICAL||ILLNESS||CARDIAC_ARREST` as `Cardiac arrest (medical, illness)`."""
    *broad, narrow = (part.replace("_", " ").strip().lower() for part in kind.split("||"))
    return f"{narrow.capitalize()} ({', '.join(broad)})" if any(broad) else narrow.capitalize()


def _first_time(part: Object, *keys: str) -> datetime | None:
    return next((at for key in keys if (at := instant(part.get(key)))), None)


def _touched(record: _Record) -> datetime | None:
    """Only answers of the API say it; of the whole record first, then of a part."""
    order = (record.incident, record.dispatch, record.base)
    return next((at for part in order if (at := instant(part.get("last_modified")))), None)


def _codes(
    record: _Record, types: Sequence[str], modifiers: Sequence[str]
) -> tuple[IncidentCode, ...]:
    actions = record.incident.get("actions_tactics")
    taken = actions.get("action_noaction") if isinstance(actions, dict) else None
    done = typed(taken.get("actions")) if isinstance(taken, dict) else []
    told = [(CodeSystem.NERIS, f"type:{each}") for each in types]
    told += [(CodeSystem.NERIS, f"modifier:{each}") for each in modifiers]
    told += [
        (CodeSystem.NERIS, f"traumatic_event:{each}") for each in traumatic_events(record.incident)
    ]
    told += [(CodeSystem.NERIS, f"action:{each}") for each in done]
    told += [
        (CodeSystem.MPDS, word(record.dispatch.get("determinant_code")).upper()),
        (CodeSystem.LOCAL, word(record.dispatch.get("incident_code"))),
    ]
    kept = dict.fromkeys((system, code[:120]) for system, code in told if code)
    return tuple(IncidentCode(system=system, code=code) for system, code in kept)


def _narrative(record: _Record) -> str:
    """Dispatcher's comments, the department's own story, and the closing disposition."""
    told = record.dispatch.get("comments")
    comments = told if isinstance(told, list) else [told]
    texts = [each.get("comment") if isinstance(each, dict) else each for each in comments]
    texts += [record.base.get(key) for key in ("impediment_narrative", "outcome_narrative")]
    texts.append(record.dispatch.get("disposition"))
    lines: dict[str, None] = {}
    room = MOST_TEXT
    for text in texts:
        if room > 0 and isinstance(text, str) and (clean := plain(text)):
            lines[clean] = None
            room -= len(clean) + 1
    return "\n".join(lines)[:MOST_TEXT]


def _status(
    record: _Record, types: Sequence[str], units: Response, affected: People
) -> dict[str, Any]:
    """How far the incident is, and whether work goes on.

    Where anybody came to harm it is neither false nor cancelled, whatever else was ticked.
    """
    cleared = instant(record.dispatch.get("incident_clear")) or units.all_cleared_at
    gone = None if affected.harmed else _came_to_nothing(record, types, units)
    if gone is not None:
        return {"status": gone, "operations_ongoing": False, "operations_ended_at": cleared}
    if cleared is not None:
        over = IncidentStatus.CLOSED
        return {"status": over, "operations_ongoing": False, "operations_ended_at": cleared}
    if not units.units:
        return {}
    ongoing = {"operations_ongoing": True} if units.still_there else {}
    return {"status": IncidentStatus.ACTIVE, **ongoing}


def _came_to_nothing(
    record: _Record, types: Sequence[str], units: Response
) -> IncidentStatus | None:
    actions = record.incident.get("actions_tactics")
    taken = actions.get("action_noaction") if isinstance(actions, dict) else None
    reason = word(taken.get("noaction_type")).upper() if isinstance(taken, dict) else ""
    if reason == "NO_INCIDENT_FOUND" or (types and all(each.startswith(_FALSE) for each in types)):
        return IncidentStatus.FALSE_ALARM
    if reason == "CANCELLED" or units.all_cancelled or types == [_CANCELLED]:
        return IncidentStatus.CANCELLED
    return None


def _unknown(record: _Record) -> int:
    """How many keys no version known here has; patients' and units' own among them."""
    units = [*objects(record.dispatch.get("unit_responses"))]
    units += objects(record.incident.get("unit_responses"))
    count = len(record.dispatch.keys() - KNOWN_OF_DISPATCH) + len(
        record.base.keys() - KNOWN_OF_BASE
    )
    count += len(record.incident.keys() - KNOWN_OF_INCIDENT)
    count += sum(len(each.keys() - KNOWN_OF_UNIT) for each in units)
    casualties = objects(record.incident.get("casualty_rescues"))
    return count + sum(len(each.keys() - KNOWN_OF_CASUALTY) for each in casualties)
