"""Proposes a mapping for an export from a sample: which column is what, why, and how sure.

Pure: bytes of no file are opened here, and no value of the sample is in what is said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from services.intake.adapters.learn_choices import (
    Choice,
    Sure,
    are_codes,
    counts_rows,
    evidence,
    look_like_people,
)
from services.intake.adapters.learn_names import TIMES, says_people, says_time, weight
from services.intake.adapters.learn_sample import Column, Sample, sample_of
from services.intake.adapters.learn_times import Found, times_in
from services.intake.adapters.records import BadMapping

_PLAIN = (
    "incident_number", "incident_type", "units", "status", "narrative", "address",
    "latitude", "longitude",
)  # fmt: skip
_AT = re.compile(r"(?:^|\s)at\s")
TYPE_BEFORE_AT, ADDRESS_AFTER_AT = r"^(.*?)(?:(?:^|\s)at\s.*)?$", r"(?:^|\s)at\s+(.*)$"
_PAIR = re.compile(r"(-?\d{1,2}\.\d+)([,\s]\s*)(-?\d{1,3}\.\d+)")
FIRST_OF_PAIR, SECOND_OF_PAIR = r"^\s*([^,\s]+)[,\s]", r"[,\s]([^,\s]+)\s*$"
_MANY = 0.8
_REPEATS = 0.98
"""Fewer different numbers than this share of rows means that an incident has several rows."""


@dataclass(slots=True)
class Learnt:
    """A proposal, field by field, with what a person should look at."""

    sample: Sample
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    date_formats: tuple[str, ...] = ()
    split: str = " "
    collect_over_rows: bool = False
    patterns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    choices: list[Choice] = field(default_factory=list)
    """Every column once for each field that it fills; field "" for one that is left out."""
    warnings: list[str] = field(default_factory=list)

    def left_out(self) -> tuple[str, ...]:
        """The columns that fill nothing, in the file's order."""
        used = {name for columns in self.columns.values() for name in columns}
        return tuple(each.name for each in self.sample.columns if each.name not in used)

    def take(self, filled: str, columns: tuple[str, ...], why: str, sure: Sure) -> None:
        """Fill a field, and say why."""
        self.columns[filled] = columns
        self.choices += [Choice(name, filled, why, sure) for name in columns]


def learn(text: str) -> Learnt:
    """A proposal for an export. Raises BadMapping when it holds no type or no time of calls."""
    learnt = Learnt(sample_of(text))
    people = {each.name: why for each in learnt.sample.columns if (why := _people(each))}
    columns = [each for each in learnt.sample.columns if each.name not in people]
    times = {
        each.name: found
        for each in columns
        if (found := times_in(each.texts, named_as_time=says_time(each.words)))
    }
    _choose_times(learnt, columns, times)
    rest = [each for each in columns if each.name not in times]
    _choose_plain(learnt, rest)
    _choose_place(learnt, rest)
    _split_title(learnt, rest)
    _say_code(learnt, rest)
    _units_rule(learnt, rest)
    _status_words(learnt, rest)
    _say_left_out(learnt, people)
    return learnt


def _people(column: Column) -> str:
    if says_people(column.words):
        return "its name is one of people's details"
    return look_like_people(column)


def _choose_plain(learnt: Learnt, columns: list[Column]) -> None:
    for name in _PLAIN:
        ranked = []
        for place, column in enumerate(columns):
            by_name = weight(column.words, name)
            shown = evidence(column, name) if by_name else None
            if shown:
                ranked.append((by_name - 2 * column.depth, column.filled, -place, column, shown))
        if not ranked:
            continue
        score, _filled, _place, best, shown = max(ranked, key=lambda each: each[:3])
        sure = Sure.SURE if score >= 4 else Sure.LIKELY if score >= 2 else Sure.GUESS
        learnt.take(name, (best.name,), f"its name, and {shown}", sure)
    if "incident_type" not in learnt.columns:
        raise BadMapping(
            "no column looks like the type of the call: name it in a mapping of your own "
            "(docs/how-to/csv-cad.md)"
        )


def _choose_times(learnt: Learnt, columns: list[Column], times: dict[str, Found]) -> None:
    formats: dict[str, None] = {}
    for name in TIMES:
        found = _best_time(columns, times, name, learnt.columns.get("occurred_at", ()))
        if found is None:
            continue
        chosen, forms, score = found
        parts = [times[each] for each in chosen]
        shown = next((each.evidence for each in parts if each.evidence), "")
        why = f"its name, and all of it reads as {' or '.join(forms)}"
        sure = Sure.SURE if score >= 4 else Sure.LIKELY if score >= 2 else Sure.GUESS
        doubts = [each.doubt for each in parts if each.doubt]
        learnt.take(
            name, chosen, f"{why} ({shown})" if shown else why, Sure.GUESS if doubts else sure
        )
        learnt.warnings += [f"{chosen[0]}: {doubt}" for doubt in doubts]
        formats |= dict.fromkeys(forms)
    if "occurred_at" not in learnt.columns:
        raise BadMapping(
            "no column holds the times of calls: without one, old calls would look like fresh ones"
        )
    learnt.date_formats = () if list(formats) == ["iso"] else tuple(formats)


def _best_time(
    columns: list[Column], times: dict[str, Found], name: str, begun: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...], int] | None:
    """A whole moment, or a date with its clock; a later clock borrows the date of the call."""
    ranked: list[tuple[int, int, tuple[str, ...], tuple[str, ...]]] = []
    for place, column in enumerate(columns):
        score = weight(column.words, name) if column.name in times else 0
        if not score or (name == "occurred_at" and column.depth):
            continue
        found = times[column.name]
        score -= 2 * column.depth + (2 if found.formats[0].startswith("epoch") else 0)
        if found.kind == "moment":
            ranked.append((score, -place, (column.name,), found.formats))
        elif found.kind == "clock" and (day := _day_for(column, columns, times, begun)):
            forms = tuple(f"{each} {found.formats[0]}" for each in times[day].formats)
            ranked.append((score, -place, (day, column.name), forms))
        elif found.kind == "date" and not any(each.kind == "clock" for each in times.values()):
            ranked.append((score - 1, -place, (column.name,), found.formats))
    if not ranked:
        return None
    score, _place, chosen, forms = max(ranked, key=lambda each: each[:2])
    return chosen, forms, score


def _day_for(
    clock: Column, columns: list[Column], times: dict[str, Found], begun: tuple[str, ...]
) -> str | None:
    """The date column of the same first word; else that of the call; else the only one."""
    days = [each for each in columns if each.name in times and times[each.name].kind == "date"]
    stem = re.sub(r"\btime\b", "date", clock.words)
    same = [each.name for each in days if each.words == stem]
    of_call = [each.name for each in days if each.name in begun]
    return next(iter(same + of_call + [each.name for each in days]), None)


def _choose_place(learnt: Learnt, columns: list[Column]) -> None:
    """Latitude and longitude in two columns, or both in one."""
    if {"latitude", "longitude"} <= learnt.columns.keys():
        return
    for name in ("latitude", "longitude"):
        learnt.columns.pop(name, None)
        learnt.choices = [each for each in learnt.choices if each.field != name]
    for column in columns:
        texts = column.texts
        if column.depth == 0 and texts and all(_PAIR.fullmatch(text) for text in texts):
            learnt.take("latitude", (column.name,), "two degrees in one cell", Sure.LIKELY)
            learnt.columns["longitude"] = (column.name,)
            learnt.patterns |= {"latitude": FIRST_OF_PAIR, "longitude": SECOND_OF_PAIR}
            return


def _split_title(learnt: Learnt, columns: list[Column]) -> None:
    """A headline such as `FIRE at 1 MAIN ST` holds the type and the address."""
    (name,) = learnt.columns["incident_type"]
    texts = next(each.texts for each in columns if each.name == name)
    if sum(1 for text in texts if _AT.search(text)) < _MANY * len(texts):
        return
    learnt.patterns["incident_type"] = TYPE_BEFORE_AT
    learnt.values["incident_type"] = {"": "type not given"}
    if "address" not in learnt.columns:
        learnt.take("address", (name,), "what stands behind `at`", Sure.LIKELY)
        learnt.patterns["address"] = ADDRESS_AFTER_AT


def _say_code(learnt: Learnt, columns: list[Column]) -> None:
    """A column of codes beside the type; or the type's own, when it is nothing but codes."""
    taken = {name for names in learnt.columns.values() for name in names}
    for column in columns:
        if column.name not in taken and weight(column.words, "incident_code") and column.texts:
            learnt.take("incident_code", (column.name,), "its name", Sure.LIKELY)
            return
    (name,) = learnt.columns["incident_type"]
    texts = next(each.texts for each in columns if each.name == name)
    if are_codes(texts) and "incident_type" not in learnt.patterns:
        learnt.take("incident_code", (name,), "its words are short codes", Sure.LIKELY)
        learnt.warnings.append(
            f"{name}: its short words may be codes that screening does not know: say what they mean, "
            "under `values: incident_type:`"
        )


def _units_rule(learnt: Learnt, columns: list[Column]) -> None:
    by_name = {each.name: each for each in columns}
    if "units" not in learnt.columns:
        learnt.warnings.append("no column of units: the peers who were there cannot be told apart")
        return
    units = by_name[learnt.columns["units"][0]]
    counts = {mark: sum(mark in text for text in units.texts) for mark in (",", ";", "|", "/", " ")}
    learnt.split = next((mark for mark, count in counts.items() if count), " ")
    number = learnt.columns.get("incident_number")
    if number is None or units.depth:
        return
    numbers = by_name[number[0]].texts
    if len(set(numbers)) < _REPEATS * len(numbers):
        learnt.collect_over_rows = True
        learnt.warnings.append("one incident has several rows: each report names the units of all")


def _status_words(learnt: Learnt, columns: list[Column]) -> None:
    """Only words whose meaning is plain are mapped: an unknown one would keep its rows out."""
    if "status" not in learnt.columns:
        return
    (name,) = learnt.columns["status"]
    meant = {
        text: next((to for rule, to in _STATUSES if re.search(rule, text.lower())), "")
        for text in next(each.texts for each in columns if each.name == name)
    }
    if all(meant.values()):
        learnt.values["status"] = meant
        return
    del learnt.columns["status"]
    learnt.choices = [each for each in learnt.choices if each.field != "status"]
    learnt.warnings.append(
        f"{name}: holds words that are none of active, closed, cancelled, false_alarm: "
        "to use it, say under `values: status:` what each means"
    )


_STATUSES = (
    (r"false|unfounded", "false_alarm"),
    (r"cancel", "cancelled"),
    (r"clos|clear|complet|ended", "closed"),
    (r"open|activ|pending|dispatch|en ?route|on ?scene", "active"),
)


def _say_left_out(learnt: Learnt, people: dict[str, str]) -> None:
    by_name = {each.name: each for each in learnt.sample.columns}
    for name in learnt.left_out():
        counts = weight(by_name[name].words, "incident_number") and counts_rows(by_name[name].texts)
        why = "it counts the rows" if counts else people.get(name, "nothing that a report needs")
        learnt.choices.append(Choice(name, "", why, Sure.LIKELY if name in people else Sure.NONE))
    if people:
        learnt.warnings.append(f"people's details are never sent: {', '.join(people)}")
    if "incident_number" not in learnt.columns:
        learnt.warnings.append(
            "no column of call numbers: each row becomes a report of its own, and "
            "only place, time and type can join it to others"
        )
    if learnt.sample.unreadable:
        learnt.warnings.append(f"{learnt.sample.unreadable} of the records could not be read")
