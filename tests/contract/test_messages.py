"""What every message says on every channel: role, urgency and link, in one part, and nothing else."""

from __future__ import annotations

import inspect
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from schemas.dispatch import AlarmReason, Purpose, ReviewStage
from schemas.policy import Role, Urgency
from schemas.sessions import Coverage
from services.dispatch.carriers import (
    aftercare_messages,
    messages,
    private_messages,
    session_messages,
)
from services.dispatch.carriers.port import PhoneMessage
from services.dispatch.carriers.short_forms import LONGEST_TEXT, fits_one_text, in_short
from services.dispatch.edge import inbound_words
from services.dispatch.session_parcels import OF_A_SESSION

if TYPE_CHECKING:
    from collections.abc import Iterator

_ID = UUID("6b8e3d1c-0000-5000-8000-00000000000a")
_BASE = "https://tailboard.fire.springfield.gov"
"""As long as the address of an agency may be for every text to keep its link."""
_LINK = f"{_BASE}/o/{'x' * 90}"
_SHORT = f"{_BASE}/s/{'y' * 39}"
_UNTIL = datetime(2026, 3, 2, 23, 15, tzinfo=ZoneInfo("America/Chicago"))
_OFFERS = {Purpose.OFFER.value, "emergency"}
_BY_MAIL_ALONE = {"confirm_enrolment", "enrolment_link", "check_in_offer"}
"""To those who left nothing but an address."""


def _made() -> Iterator[tuple[str, PhoneMessage]]:
    """Every message, by its purpose and what it depends on."""
    for role in Role:
        for urgency in Urgency:
            asked = messages.offer(_ID, role, urgency, _LINK, _UNTIL)
            yield f"{Purpose.OFFER}-{role}-{urgency}", asked
    yield "emergency", messages.emergency(_ID, _LINK, _UNTIL)
    for reason in AlarmReason:
        for escalated in (False, True):
            called = messages.alarm(_ID, reason, _LINK, f"{_LINK}z", escalated=escalated)
            yield f"{Purpose.ALARM}-{reason}-{escalated}", called
        yield f"{Purpose.ALARM}-{reason}", messages.alarm(_ID, reason, _LINK)
    missed = AlarmReason.INTERVENTION_MISSED
    why = messages.alarm(_ID, missed, _LINK, f"{_LINK}z", why=f"{_LINK}y")
    yield f"{Purpose.ALARM}-{missed}-why", why
    for stage in ReviewStage:
        yield f"{Purpose.REVIEW}-{stage}", messages.review(_ID, stage, _LINK, _UNTIL)
    for why in ("team_complete", "withdrawn", "exercise_over", "real_incident"):
        yield f"{Purpose.STAND_DOWN}-{why}", messages.stand_down(_ID, why)
        yield f"{Purpose.EXERCISE_OVER}-{why}", messages.exercise_over(_ID, why)
    yield Purpose.CHECK_IN_DUE, messages.check_in_due(_ID, _LINK)
    card = messages.check_in_due(_ID, _LINK, "http://town.invalid/card")
    yield f"{Purpose.CHECK_IN_DUE}-card", card
    yield Purpose.CALLBACK_DUE, messages.callback_due(_ID, _LINK)
    yield Purpose.PLACE_GIVEN, messages.place_given(_ID, _LINK)
    yield from _of_no_case()
    yield from _of_sessions()
    yield "member_page", messages.member_page(_ID, _LINK)
    yield "test", messages.test(_ID)


def _of_no_case() -> Iterator[tuple[str, PhoneMessage]]:
    """What is told of places, of written notices, and of whom peers look after."""
    for purpose in messages.OF_SUPPORT:
        yield purpose, messages.support(_ID, purpose, _LINK)
    for purpose in aftercare_messages.OF_AFTERCARE:
        yield purpose, aftercare_messages.aftercare(_ID, purpose, "p-03", _LINK)
    for purpose in private_messages.OF_PEOPLE:
        yield purpose, private_messages.of_people(_ID, purpose, "p-01", _LINK)


def _of_sessions() -> Iterator[tuple[str, PhoneMessage]]:
    """What is told of a session's time, and of cover meanwhile."""
    times = (_UNTIL, _UNTIL + timedelta(minutes=45))
    for purpose in sorted(OF_A_SESSION - {Purpose.SESSION_PROPOSED, Purpose.COVERAGE}):
        yield purpose, session_messages.session(_ID, purpose, times, _LINK, place="st-4")
    yield Purpose.SESSION_PROPOSED, session_messages.proposed(_ID, _LINK)
    for needed in (True, False):
        cover = Coverage(
            units=("E1", "M4"), count=9, starts_at=times[0], ends_at=times[1], needed=needed
        )
        yield f"{Purpose.COVERAGE}-{needed}", session_messages.coverage(_ID, cover, times)


PLAIN = dict(_made())
EVERY = PLAIN | {
    f"exercise-{name}": messages.as_exercise(message)
    for name, message in PLAIN.items()
    if name not in {"emergency", "member_page", "test"}
}
_ROLE = (
    r"(a peer|a mental health professional|a chaplain|a coordinator|the clinical director|"
    r"the program lead)"
)
_SESSION = (
    r"[A-Za-z ]+ on Mon 2 Mar from \d\d:\d\d to TIME( at st-4)?[A-Za-z :]*\.\n\n"
    r"(Open it: LINK\n\n)?[A-Za-z ,;.]+\n"
)
"""When, where as a code, and what to do; nothing of what it is about."""
_ALLOWED = {
    Purpose.OFFER: (
        rf"Tailboard: {_ROLE} is needed (now|today)\n"
        rf"Your team needs {_ROLE} (now|today)\.\n\nAccept or decline: LINK\n\n"
        r"Please answer by TIME\. Declining is one tap and nobody asks why\.\n"
    ),
    "emergency": (
        r"Tailboard: EMERGENCY, somebody is needed at once\n"
        r"EMERGENCY: somebody needs you at once\.\n\n"
        r"Take it, and see how to reach them: LINK\n\n"
        r"All are paged again at TIME if nobody has it by then\.\n"
    ),
    Purpose.ALARM: (
        r"Tailboard: a case needs you\n(No coordinator has answered\. )?"
        r"[A-Z][a-z ,:'-]+\.\n\n(I have it: LINK\n\n)?"
        r"(Say in one tap why it was missed: LINK\n\n)?Open the case: LINK\n"
    ),
    Purpose.CALLBACK_DUE: (
        r"Tailboard: please look at what you took on\n"
        r"Something that you took on is still open\.\n\nOpen it: LINK\n"
    ),
    Purpose.PLACE_GIVEN: r"Tailboard: you are on the team now\n[A-Z][a-z ,]+\.\n\n[A-Za-z ,]+: LINK\n",
    Purpose.REVIEW: (
        r"Tailboard: your decision is needed\nA recommendation [a-z ,]+\.\n\nDecide: LINK\n\n"
        r"Please answer by TIME\.\n"
    ),
    Purpose.STAND_DOWN: r"Tailboard: [a-z ,]+\n[A-Za-z ,:.']+\n",
    Purpose.EXERCISE_OVER: r"Tailboard: the exercise is over\n[A-Za-z ,:.']+\n",
    Purpose.CHECK_IN_DUE: (
        r"Tailboard: a check-in is due\nA check-in [a-z ]+\.\n\nOpen it: LINK\n"
        r"(\nThe card to hand over with it: LINK\n)?"
    ),
    Purpose.SESSION_PROPOSED: (
        r"Tailboard: times for a session wait for you\n"
        r"[A-Za-z ]+\. [A-Za-z ]+\.\n\nOpen the case: LINK\n"
    ),
    Purpose.SESSION_INVITE: rf"Tailboard: you hold a session\n{_SESSION}",
    Purpose.SESSION_CHANGED: rf"Tailboard: a session's time has changed\n{_SESSION}",
    Purpose.SESSION_CANCELLED: rf"Tailboard: a session is off\n{_SESSION}",
    Purpose.SESSION_REMINDER: rf"Tailboard: your session comes up\n{_SESSION}",
    Purpose.SESSION_OVER: rf"Tailboard: was your session held\?\n{_SESSION}",
    Purpose.COVERAGE: (
        r"Tailboard: (please cover units|cover is not needed any more)\n[A-Za-z ]+"
        r"on Mon 2 Mar from \d\d:\d\d to TIME: E1, M4( \(about 9 people\))?\.\n"
        r"(\nA later message about the same units takes the place of this one\.\n)?"
    ),
    Purpose.PLACE_UNCONFIRMED: (
        r"Tailboard: please try a place of the directory\n[A-Za-z ]+\.\n\nOpen Tailboard: LINK\n"
    ),
    Purpose.NOTICE_DUE: (
        r"Tailboard: a written notice is due\n[A-Za-z ,]+\.\n\nOpen Tailboard: LINK\n"
    ),
    Purpose.NOTICE_OVERDUE: (
        r"Tailboard: a written notice is overdue\n[A-Za-z ,.:]+\.\n\nOpen Tailboard: LINK\n"
    ),
    Purpose.CONTACT_DUE: r"Tailboard: a contact is due\nA contact is due\.\n\nOpen it: LINK\n",
    Purpose.HAND_OVER_OFFERED: (
        r"Tailboard: a one-on-one is offered to you\n[A-Za-z ,.-]+\n\nOpen it: LINK\n"
    ),
    Purpose.GLASS_BROKEN: (
        r"Tailboard: a record of yours was opened\n[A-Za-z ,.-]+\n\nOpen it: LINK\n"
    ),
    Purpose.ONE_ON_ONE_OVERDUE: (
        r"Tailboard: a one-on-one is overdue\n"
        r"A one-on-one of peer p-01 is overdue\.\n\nOpen it: LINK\n"
    ),
    Purpose.ONE_ON_ONE_ORPHANED: (
        r"Tailboard: a one-on-one needs another peer\n"
        r"A one-on-one of peer p-01 needs another peer[a-z ,.]+\n\nOpen it: LINK\n"
    ),
    Purpose.AFTERCARE_DUE: (r"Tailboard: offer to talk again\n[A-Za-z ,;.]+\.\n\nOpen it: LINK\n"),
    Purpose.AFTERCARE_MISSED: (
        r"Tailboard: please call a peer\n([a-z0-9-]+|A peer) is down for a check-in that [A-Za-z ,.]+"
        r"\.\n\nOpen it: LINK\n"
    ),
    "member_page": r"Tailboard: your page on the team\n[A-Za-z ,:.'\n]+LINK[A-Za-z ,:.'\n]*\n",
    "test": r"Tailboard: this is a test\nNothing has happened, and no answer is needed\.\n",
}
_LINKS, _TIMES = re.compile(r"https?://\S+"), re.compile(r"\d\d:\d\d [A-Z]{3}")
_HANDLING = frozenset(
    [
        "reply",
        "or",
        "open",
        "yes",
        "no",
        "and",
        "by",
        "answer",
        "press",
        "1",
        "for",
        "2",
        "please",
        "look",
        "at",
        "your",
        "messages",
        "i",
        "repeat",
        "this",
        "is",
        "tailboard",
        "peer",
        "support",
        "team",
        "an",
        "exercise",
        "12",
    ]
)
_OF_AN_INCIDENT = ("child", "death", "tier", "incident", "suicide", "patient", "fire", "killed")


def _kind(name: str) -> str:
    return name.removeprefix("exercise-").partition("-")[0]


def _words(text: str) -> set[str]:
    bare = _TIMES.sub(" ", _LINKS.sub(" ", text))
    return set(re.findall(r"[a-z0-9]+", bare.lower()))


def test_there_is_a_message_for_every_purpose_and_every_message_is_looked_at() -> None:
    assert {_kind(name) for name in PLAIN} >= {purpose.value for purpose in Purpose}
    makers = {
        name
        for module in (messages, session_messages)
        for name, made in inspect.getmembers(module, inspect.isfunction)
        if made.__module__ == module.__name__
        and not name.startswith("_")
        and inspect.signature(made).return_annotation == PhoneMessage.__name__
    }
    of_purposes = {"offer", "alarm", "stand_down", "check_in_due", "review", "callback_due"}
    more = {"place_given", "exercise_over", "as_exercise", "emergency", "member_page", "test"}
    more |= {"support"}
    of_sessions = {"session", "proposed", "coverage"}
    assert makers == of_purposes | of_sessions | more | _BY_MAIL_ALONE


@pytest.mark.parametrize("name", list(PLAIN))
def test_a_message_says_role_urgency_and_link_and_nothing_else(name: str) -> None:
    message = PLAIN[name]
    said = _TIMES.sub("TIME", _LINKS.sub("LINK", f"{message.subject}\n{message.text}"))

    assert re.fullmatch(_ALLOWED[_kind(name)], said), said
    assert message.message_id == str(_ID)
    assert len(said) < 400
    for word in _OF_AN_INCIDENT:
        assert word not in said.lower() or (word, name) in _SPOKEN_OF


_SPOKEN_OF = {
    ("incident", f"{Purpose.STAND_DOWN}-real_incident"),
    ("incident", f"{Purpose.EXERCISE_OVER}-real_incident"),
}
"""That there is one, which ends an exercise; not a word of which."""


@pytest.mark.parametrize("name", list(EVERY))
def test_a_text_is_one_part_and_says_no_more_than_the_mail(name: str) -> None:
    message = EVERY[name]
    text = in_short(message, _SHORT).sms

    assert fits_one_text(text), f"{len(text)}: {text}"
    assert _words(text) <= _words(f"{message.subject} {message.text}") | _HANDLING
    assert (_SHORT in text) == bool(_LINKS.search(message.text)), "it leads where the mail leads"
    assert text.startswith("EXERCISE") == name.startswith("exercise-")


@pytest.mark.parametrize("name", [name for name in EVERY if _kind(name) in _OFFERS])
def test_an_offer_by_text_can_be_answered_by_text_and_by_link(name: str) -> None:
    text = in_short(EVERY[name], _SHORT, "12").sms

    assert fits_one_text(text), f"{len(text)}: {text}"
    assert _SHORT in text
    assert "12 yes" in text
    assert "12 no" in text


@pytest.mark.parametrize("name", list(EVERY))
def test_a_voice_says_no_more_than_the_mail_and_reads_no_link(name: str) -> None:
    asks = _kind(name) in _OFFERS
    message = EVERY[name].model_copy(update={"asks": asks})
    spoken = in_short(message, _SHORT).spoken

    assert "http" not in spoken
    assert _words(spoken) <= _words(f"{message.subject} {message.text}") | _HANDLING
    assert ("Press 1 for yes" in spoken) == asks
    assert spoken.startswith("EXERCISE") == name.startswith("exercise-")


def test_with_a_long_address_the_code_stays_and_the_link_goes() -> None:
    long = f"https://{'tailboard.' * 8}example.gov/s/{'y' * 39}"
    text = in_short(PLAIN["offer-mhp-now"], long, "12").sms

    assert len(text) <= LONGEST_TEXT
    assert "12 yes" in text


def test_what_is_texted_back_is_one_part_and_says_nothing_of_a_case() -> None:
    said = [value for value in vars(inbound_words).values() if isinstance(value, str)]
    said = [each for each in said if each.startswith(("Tailboard", "Please"))]
    said += inbound_words._THANKS.values()
    said += [inbound_words.which([str(n) for n in range(10, 10 + n)]) for n in range(1, 20)]
    said += [inbound_words.noted(600)]

    assert len(said) > 10
    for text in said:
        assert fits_one_text(text), f"{len(text)}: {text}"
        assert not any(word in text.lower() for word in _OF_AN_INCIDENT)


def test_a_character_that_makes_a_text_longer_is_seen() -> None:
    assert fits_one_text("é" * 160)
    assert not fits_one_text("é" * 161)
    assert not fits_one_text("[")
    assert not fits_one_text("“")
