"""What the values of a policy mean in plain words; changes nothing and decides nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from services.cli import times

if TYPE_CHECKING:
    from services.intake.pack.problems import Steps

_LENGTH = TypeAdapter(timedelta)

MODES = {
    "auto_page": "asks the team at once, as urgent",
    "auto_plan": "asks the team for today",
    "request_only": "asks nobody by itself; a person may",
    "human_raise": "asks nobody until a person raises it",
}
ROLES = {
    "peer": "peer",
    "mhp": "mental health professional",
    "chaplain": "chaplain",
    "coordinator": "coordinator",
    "clinical_director": "clinical director",
    "program_lead": "program lead",
}
_TOLD = MODES | ROLES | {"True": "yes", "False": "no", "None": "nothing"}
_PHRASES = {
    "opens_after": "{1} opens after",
    "target_after": "{1} is wanted within",
    "closes_after": "{1} closes after",
    "leads": "{1} is led by",
    "mhp_required": "{1} needs a mental health professional",
    "waits_for_operations": "{1} waits for the end of operations",
    "auto_page": "an urgent offer stays open",
    "auto_plan": "an offer for today stays open",
    "form_team_within": "the team should stand within",
    "surplus": "members asked at once beyond the places still open, per role",
    "participants_per_peer": "one peer is asked for so many who were there, and never fewer than the team says",
    "next_channel_after": "the share of an offer's time after which a silent member's next channel is tried",
    "alarm_answer_within": "an alarm may stay unanswered before the program leads are called",
    "group_sessions": "defusings and debriefings that a member may have served before they are left in peace",
    "group_within": "group sessions served are counted over",
    "open_one_on_ones": "talks and check-ins still to be done that a member may carry",
    "rest_after_tier1": "a member rests after taking a place in a tier 1 response",
    "same_discipline": "points for the discipline of those who were there",
    "other_station": "points for a station other than that of the units that were there",
    "per_place": "points off for each place taken lately",
    "per_talk": "points off for each talk or check-in still to be done",
    "lately": "places taken are counted over",
    "days_on_call": "days in a row on call, after which the rota is warned about",
    "check_in_grace": "a check-in may stay open after it fell due, before the coordinator is alarmed",
    "pages_until": "an older incident is recorded and pages nobody",
    "backup_after": "tier {1}: mental health professionals are told of an open review after",
    "answer_within": "tier {1}: everyone is called about an open review after",
    "callback_within": "a member who asks for a peer is called within",
    "emergency_within": "a member in an emergency is called within",
    "half_life": "an exposure counts half after",
    "offer_at": "a check-in is offered to the person at a sum of",
    "tier2_count": "or at so many exposures of tier 2",
    "tier2_within": "exposures of tier 2 are counted over",
    "tier": "{1} has tier",
    "mode": "{1}",
    "interventions": "planned for {1}",
    "check_ins": "check-ins of {1}",
    "forbids": "forbidden whatever is overridden",
    "outcome": "the rule {1} recommends",
    "phrases": "{1} is seen in",
}


def phrase(steps: Steps) -> str:
    """What a value is about, such as `defusing closes after`; empty when its name says it all."""
    if len(steps) == 4 and steps[2] == "team":
        return f"{_plain(steps[1])}: asked as {ROLES.get(str(steps[3]), steps[3])}"
    name = str(steps[1]) if len(steps) > 1 else ""
    return _PHRASES.get(str(steps[-1]), "").replace("{1}", _plain(name))


def shown(value: Any) -> str:
    """A value as people read it: `12 h`, `peer, mhp`, `yes`."""
    match value:
        case timedelta():
            return span(value)
        case list() | tuple():
            return ", ".join(shown(item) for item in value) or "nothing"
        case dict():
            return ", ".join(f"{key} {shown(item)}" for key, item in value.items())
        case _:
            return _TOLD.get(str(value), str(value))


def written(value: Any) -> Any:
    """A value as a policy file has it, ready for JSON: `PT12H`."""
    match value:
        case timedelta():
            return _LENGTH.dump_python(value, mode="json")
        case list() | tuple():
            return [written(item) for item in value]
        case dict():
            return {str(key): written(item) for key, item in value.items()}
        case _:
            return value


def span(window: timedelta) -> str:
    """`12 h`, `24 h`, `10 d`: up to three days in hours, as the field's own papers count them."""
    hours = window.total_seconds() / 3600
    return f"{hours:g} h" if 1 <= hours <= 72 and hours.is_integer() else times.span(window)


def length(iso: str) -> timedelta:
    """The length of time that a file writes like this."""
    return _LENGTH.validate_python(iso)


def number(count: int, role: str) -> str:
    """`2 peers`, `1 mental health professional`."""
    return f"{count} {ROLES.get(role, role)}{'s' if count > 1 else ''}"


def _plain(name: str | int) -> str:
    return str(name).replace("_", " ")
