"""No word of a narrative, no patient and no place gets into an event, whatever a report says."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from services.intake.policy import shipped
from tests.support.given import given
from tests.unit.intake.reports import DECIDER, NOW, PACK_TEXT, telling

if TYPE_CHECKING:
    from schemas.envelope import Event

_POLICY_WORDS = set(re.findall(r"[a-z0-9]+", f"{PACK_TEXT} {shipped('screening')}".lower()))
_words = st.text(st.characters(categories=["Ll", "Lu", "Nd"]), min_size=4, max_size=14).filter(
    lambda word: not re.fullmatch(r"[0-9a-fA-F]+", word)
)
_pieces = st.one_of(
    _words,
    st.sampled_from(["child pronounced", "3 y/o", "CPR", "mayday", "suicide", "fatality", "lodd"]),
)
_narratives = st.lists(_pieces, max_size=25).map(" ".join)
_patients = st.lists(
    st.fixed_dictionaries(
        {
            "age_years": st.one_of(st.none(), st.floats(20.015625, 129)),
            "outcome": st.sampled_from(["died", "critical", "unknown"]),
        }
    ),
    max_size=4,
)


def _told(narrative: str, patients: list[dict[str, object]]) -> tuple[Event, ...]:
    first = telling(narrative=narrative, patients=patients)
    more = telling(narrative=f"{narrative} more", patients=patients, now=NOW + timedelta(hours=1))
    opened = given(DECIDER).when(first)
    return (*opened.events, *opened.and_when(more).events)


@settings(max_examples=150, deadline=None)
@for_all(narrative=_narratives, patients=_patients)
def test_no_event_holds_words_of_the_narrative(
    narrative: str, patients: list[dict[str, object]]
) -> None:
    kept = "\n".join(event.model_dump_json() for event in _told(narrative, patients)).lower()
    words = set(re.findall(r"[^\W_]+", kept))
    secret = {word for word in re.findall(r"[^\W_]+", narrative.lower()) if len(word) >= 4}
    own = set(re.findall(r"[^\W_]+", _shape()))

    assert not (secret & words) - _POLICY_WORDS - own


@settings(max_examples=50, deadline=None)
@for_all(patients=_patients.filter(bool))
def test_no_event_holds_an_age(patients: list[dict[str, object]]) -> None:
    kept = "\n".join(event.model_dump_json() for event in _told("child", patients))

    told = {str(patient["age_years"]) for patient in patients if patient["age_years"]}
    assert not any(age in kept for age in told if "." in age and len(age) > 5)


def _shape() -> str:
    """What an event says of a report that has no narrative: field names and vocabulary."""
    plain = telling(
        incident_type="Vehicle lockout", patients=({"age_years": 3, "outcome": "died"},)
    )
    return "\n".join(event.model_dump_json() for event in given(DECIDER).when(plain).events).lower()
