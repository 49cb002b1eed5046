"""What the case's page needs so that a coordinator can act on a team: leave, reasons, and whom.

It does nothing itself: the forms post to dispatch, which takes a pass of ours for who is looking and
records who and why. `once` makes a second press of a button the same step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.candidates import Exclusion
from schemas.policy import Role
from schemas.steps import REASONS, StepReason, TeamStep
from services.audit.words import plain, roles, sentence
from services.runtime.clock import new_id

if TYPE_CHECKING:
    from services.audit.views.activations import Activation
    from services.audit.views.orders import Order

_WHY = {
    StepReason.ALARM: "An alarm calls for it",
    StepReason.BY_PHONE: "Settled in a call",
    StepReason.DIRECTED: "The clinical director, the professional or command wants it",
    StepReason.BETTER_FIT: "Discipline, language or station fit better",
    StepReason.NOT_REACHED: "Was not reached",
    StepReason.MORE_EXPOSED: "More people were there than was known",
    StepReason.FEWER_EXPOSED: "Fewer people were there than was known",
    StepReason.LONG_OPERATION: "The operation goes on for long",
    StepReason.SENSITIVE: "It is sensitive: a person's hand is better here",
    StepReason.SETTLED: "What it was for is settled",
}
_NEVER = frozenset({Exclusion.UNTRAINED, Exclusion.TRAINING_LAPSED})
"""Nobody asks a member in spite of these."""
_LIVE = frozenset({"accepted", "open", "standby"})
_AGAIN = frozenset({"expired", "declined"})
_MOST = 50
REFUSED = {
    "unknown-member": "This number is not on the roster. Nothing was changed.",
    "unknown-alarm": "This case has no such alarm. Nothing was changed.",
    "already-on-team": "This member is on the team already. Nothing was changed.",
    "already-asked": "This member is being asked right now: wait, or call. Nothing was changed.",
    "not-on-team": "This member is neither on the team nor asked. Nothing was changed.",
    "not-trained": "This member has no valid training for it, and nobody may override that.",
    "excluded": "Something speaks against asking this member: see “Not asked, and why”. "
    "To ask them all the same, tick it under “In spite of”. Nothing was changed.",
    "places-taken": "More of that role are on the team than it would have places: withdraw one "
    "first. Nothing was changed.",
    "nobody-to-ask": "Nobody can be asked again. Add a member by number. Nothing was changed.",
    "team-complete": "Every place is taken. Nothing was changed.",
    "not-proposed": "This time is not proposed any more. Nothing was changed: look again.",
    "not-scheduled": "This session has no time to move: confirm one. Nothing was changed.",
    "needs-mhp": "A mental health professional of the team has to be among those who hold it. "
    "Nothing was changed.",
    "outside-window": "This time is outside the session's window. Nothing was changed: choose "
    "another, or let the professional keep the window open.",
    "beyond-policy": "The policy keeps this window open no longer. Nothing was changed.",
    "too-few-facilitators": "These are fewer than hold such a session. Nothing was changed: name "
    "more, or tick “anyway”.",
    "facilitator-busy": "Somebody of these is not free then. Nothing was changed: choose another "
    "time, or tick “anyway”.",
    "already-past": "This time has passed. Nothing was changed.",
    "not-open-yet": "Its window is not open yet. Nothing was changed.",
    "not-yet": "It cannot have been held later than now. Nothing was changed.",
    "not-optional": "This one takes place because of what happened: call it off instead, and say why. "
    "Nothing was changed.",
    "dates-reversed": "It would close sooner than it does. Nothing was changed.",
    "unknown-item": "The plan has no such item any more. Nothing was changed.",
}
"""By the word in the page's address."""


@dataclass(frozen=True, slots=True)
class Option:
    """One entry of a list to choose from."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Acting:
    """Everything that the forms of one case offer."""

    leave: str
    once: str
    reasons: dict[str, tuple[Option, ...]]
    """By step."""
    members: tuple[Option, ...]
    """Who is on the team, asked, or stands by."""
    again: tuple[Option, ...]
    """Who did not answer, or said no."""
    known: tuple[str, ...]
    """Numbers to choose from when a member is added; any other may be typed."""
    overrides: tuple[Option, ...]
    sizes: tuple[tuple[Option, int], ...]
    """Each role with its places now."""

    @classmethod
    def on(cls, leave: str, team: Activation, order: Order | None) -> Acting:
        """The forms for this team, to be sent once each."""
        return cls(
            leave=leave,
            once=new_id().hex,
            reasons={step.value: _reasons(step) for step in TeamStep},
            members=_asked(team, _LIVE),
            again=_asked(team, _AGAIN),
            known=_numbers(order),
            overrides=tuple(
                Option(each.value, sentence(plain(each)))
                for each in Exclusion
                if each not in _NEVER
            ),
            sizes=_sizes(team),
        )


def _reasons(step: TeamStep) -> tuple[Option, ...]:
    return tuple(Option(why.value, _WHY.get(why) or sentence(plain(why))) for why in REASONS[step])


def _asked(team: Activation, statuses: frozenset[str]) -> tuple[Option, ...]:
    return tuple(
        Option(each.member_id, f"{each.member_id}, {plain(each.role)}: {each.clock}")
        for each in team.asked
        if each.status in statuses
    )


def _numbers(order: Order | None) -> tuple[str, ...]:
    if order is None:
        return ()
    waiting = [one.member_id for queue in order.queues for one in queue.members[:_MOST]]
    return (*waiting, *(each.member_id for each in order.not_asked[:_MOST]))


def _sizes(team: Activation) -> tuple[tuple[Option, int], ...]:
    now = {place.role: place.wanted for place in team.places}
    now.setdefault(Role.CHAPLAIN.value, 0)
    return tuple((Option(role, roles(role)), wanted) for role, wanted in now.items())
