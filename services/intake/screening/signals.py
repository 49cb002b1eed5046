"""What a report shows: its structured fields, its type, and what its narrative tells. Pure.

`what` is always the policy's own phrase or a structured value, never the report's words.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from schemas.intake import Shown
from services.intake.commands import CodeSystem
from services.intake.screening.narrative import Reader, Reading, Told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.intake.commands import Patient, Report
    from services.intake.policy import Pack
    from services.intake.rules import Finding, PatientLooks, Signal, Vocabulary

_WORDS = re.compile(r"[^a-z0-9]+")
_SLOT = re.compile(r"\{([a-z_]+)\}")
_STRUCTURED = 0.98
_TYPED = 0.9
"""A type is chosen in the first seconds of a call and often stays as it was."""
_OWN = frozenset({"responder", "coworker"})
_ONLY_MAYBE_ONCE_SAVED = frozenset({"arrest", "drowned"})
_GROWN, _MAY_BE_EXPECTED = frozenset({"adult", "unknown"}), frozenset({"died", "arrest"})
_GIVEN = ("cpr", "doing cpr", "compressions", "chest compressions", "resuscitat")
_WHO = {"unknown": "patient", "working_dog": "working dog"}
_FIELDS = {
    "incident_type": ("incident_type", "incident_code"),
    "codes": ("codes",),
    "flags": ("flags",),
    "patients": ("patients",),
    "responders": ("responders",),
    "counts": ("people_hurt", "people_killed"),
    "times": ("on_scene_at",),
    "narrative": ("narrative",),
}
_readers: dict[int, tuple[Vocabulary, Reader]] = {}


def shown_by(page: Page) -> tuple[Shown, ...]:
    """Every signal of the pack that the report shows, with the first place that shows it."""
    found = (next(page.places(name, signal), None) for name, signal in page.signals.items())
    return tuple(each for each in found if each is not None)


def told_fields(report: Report) -> frozenset[str]:
    """The fields that a report says something about, as `Shown.field` names them: what it says of
    these takes the place of what it said before. A care report is of one patient of perhaps several,
    so it takes nothing back."""
    if any(code.system is CodeSystem.NEMSIS for code in report.codes):
        return frozenset()
    return frozenset(
        field for field, names in _FIELDS.items() if any(getattr(report, name) for name in names)
    )


def _reader(vocabulary: Vocabulary) -> Reader:
    """One per vocabulary: making it takes some milliseconds."""
    known = _readers.get(id(vocabulary))
    if known is None or known[0] is not vocabulary:
        if len(_readers) > 8:
            _readers.clear()
        known = (vocabulary, Reader(vocabulary))
        _readers[id(vocabulary)] = known
    return known[1]


def _read(report: Report, pack: Pack) -> tuple[Reading, int]:
    """Type and narrative are read as one text: a type may name the child that the notes are about.
    With where the narrative begins."""
    offset = len(report.incident_type) + 1
    year = report.occurred_at.year if report.occurred_at else None
    text = f"{report.incident_type}\n{report.narrative}"
    return _reader(pack.vocabulary).read(text, year, offset), offset


class Page:
    """One report under one pack, read once for all signals."""

    def __init__(self, report: Report, pack: Pack) -> None:
        self._report = report
        self.signals = pack.signals
        self._reading, self._offset = _read(report, pack)
        reading = self._reading
        self.is_staged = reading.drill is not None and not reading.drill_is_where_it_happened
        """Whether the text itself says that it is a drill or a test."""
        self._type = _normal(f"{report.incident_type} {report.incident_code}")
        ages = [patient.age_years for patient in report.patients]
        below = pack.vocabulary.child_below
        self._all_children = bool(ages) and all(age is not None and age < below for age in ages)

    def places(self, name: str, signal: Signal) -> Iterator[Shown]:
        """Everywhere the report shows this signal, the surest kind of place first."""
        report = self._report
        for flag in report.flags:
            if flag in signal.flags:
                yield Shown(signal=name, field="flags", what=flag, confidence=_STRUCTURED)
        for outcome in report.responders:
            if outcome in signal.responders:
                yield Shown(signal=name, field="responders", what=outcome, confidence=_STRUCTURED)
        yield from self._patients(name, signal)
        yield from self._codes(name, signal)
        yield from self._counts(name, signal)
        yield from self._texts(name, signal)

    def _patients(self, name: str, signal: Signal) -> Iterator[Shown]:
        for looks in signal.patients:
            if any(_looks(patient, looks) for patient in self._report.patients):
                what = _described(looks)
                yield Shown(signal=name, field="patients", what=what, confidence=_STRUCTURED)

    def _codes(self, name: str, signal: Signal) -> Iterator[Shown]:
        for codes in signal.codes:
            for told in self._report.codes:
                if told.system is codes.system:
                    for like in codes.like:
                        if fnmatchcase(told.code.upper(), like.upper()):
                            what = f"{told.system} {like}"[:120]
                            yield Shown(signal=name, field="codes", what=what, confidence=_TYPED)

    def _counts(self, name: str, signal: Signal) -> Iterator[Shown]:
        report, reading = self._report, self._reading
        for word, wanted, told, read in (
            ("hurt", signal.people_hurt, report.people_hurt, reading.hurt),
            ("killed", signal.people_killed, report.people_killed, 0),
        ):
            if wanted is None:
                continue
            what = f"{wanted} or more {word}"
            if told is not None and told >= wanted:
                yield Shown(signal=name, field="counts", what=what, confidence=_STRUCTURED)
            elif read >= wanted and not self.is_staged:
                yield Shown(signal=name, field="narrative", what=what, confidence=_TYPED)
        since, until = report.on_scene_at, report.operations_ended_at
        if signal.lasted and since and until and until - since >= signal.lasted:
            hours = signal.lasted.total_seconds() / 3600
            what = f"{hours:g} hours or longer"
            yield Shown(signal=name, field="times", what=what, confidence=_STRUCTURED)

    def _texts(self, name: str, signal: Signal) -> Iterator[Shown]:
        if not self.is_staged and not self._is_taken_back(name, signal):
            for phrase in signal.phrases:
                if _normal(phrase) in self._type:
                    yield Shown(signal=name, field="incident_type", what=phrase, confidence=_TYPED)
        for told in self._reading.told:
            if self.is_staged and told.who not in _OWN:
                continue
            if any(self._fits(told, finding) for finding in signal.narrative):
                yield self._shown(name, told)

    def _is_taken_back(self, name: str, signal: Signal) -> bool:
        """Whether the notes say that what the type names is not so, or ended well."""
        told = {what for finding in signal.narrative for what in finding.what} | {name}
        return not told.isdisjoint(self._reading.taken_back)

    def _fits(self, told: Told, finding: Finding) -> bool:
        who = "child" if told.who == "unknown" and self._all_children else told.who
        saved = self._reading.was_saved and told.what in _ONLY_MAYBE_ONCE_SAVED
        if saved and who == "child" and told.phrase.startswith(_GIVEN):
            saved = False  # a child was resuscitated, however well it ended
        if saved and who != "child":
            return False
        if self._reading.was_expected and who in _GROWN and told.what in _MAY_BE_EXPECTED:
            return False
        maybe = told.maybe or saved
        return (
            told.what in finding.what
            and (not finding.who or who in finding.who)
            and (finding.maybe or not maybe)
            and told.count >= finding.at_least
        )

    def _shown(self, name: str, told: Told) -> Shown:
        in_type = told.end < self._offset
        move = 0 if in_type else self._offset
        return Shown(
            signal=name,
            field="incident_type" if in_type else "narrative",
            what=f"{_WHO.get(told.who, told.who)}: {_SLOT.sub(_filled, told.phrase)}",
            confidence=told.confidence,
            span=(max(told.start - move, 0), max(told.end - move, 0)),
        )


def _looks(patient: Patient, looks: PatientLooks) -> bool:
    age, below = patient.age_years, looks.age_below
    if below is not None and (age is None or age >= below):
        return False
    if looks.outcomes and patient.outcome not in looks.outcomes:
        return False
    return looks.resuscitated is None or patient.resuscitated is looks.resuscitated


def _described(looks: PatientLooks) -> str:
    parts = [f"age below {looks.age_below}"] if looks.age_below is not None else []
    parts += [outcome.value for outcome in looks.outcomes]
    parts += ["resuscitated"] if looks.resuscitated else []
    return ", ".join(parts)


def _filled(slot: re.Match[str]) -> str:
    """The policy's phrase without braces: `struck {responder}` reads `struck responder`."""
    return slot[1].replace("_", " ")


def _normal(text: str) -> str:
    """Lower case, words parted by one space, a space at both ends: so phrases match whole words."""
    return f" {_WORDS.sub(' ', text.lower()).strip()} "
