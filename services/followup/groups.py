"""Pure: which homogeneous groups a session is held for, how large, and by how many."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from operator import add
from typing import TYPE_CHECKING

from schemas.policy import Group, InterventionKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from schemas.policy import CaseBrief, Crew, InterventionRule

TALKS = frozenset({InterventionKind.DEFUSING, InterventionKind.DEBRIEFING})
"""What is held in groups that nobody may mix: same incident, same work, same exposure (EMS
Professionals; Mitchell). Information for many, such as a briefing, is not."""
AT_LEAST = 2
"""Nobody holds a group alone (Bucks County; EMS Professionals: two to four)."""
_LABEL = 24
"""Letters of a group's name inside an item's: agencies' names can be long, and subjects cannot."""


@dataclass(frozen=True, slots=True)
class Part:
    """One homogeneous group. `label` tells it from others of its exposure; empty when there is one."""

    group: Group
    label: str = ""
    agency: str | None = None
    discipline: str | None = None
    number: int | None = None
    """Which of several, where one would be too large; counted from 1."""
    about: int | None = None
    """About how many people, where it is known."""


def parts(brief: CaseBrief, rule: InterventionRule) -> tuple[Part, ...]:
    """The groups that a session is planned for: one an exposure, unless people of that exposure are
    known to differ and the session is one that must not mix them."""
    found: list[Part] = []
    for group in _exposures(brief, rule):
        crews = [crew for crew in _alike(brief.crews) if crew.exposure is group]
        if rule.kind not in TALKS or not crews:
            found.append(Part(group, about=_known(brief, group, crews)))
            continue
        for crew in crews:
            label = "" if len(crews) == 1 else _label(crew, [part.label for part in found])
            found += _split(
                Part(group, label, crew.agency, crew.discipline, about=crew.count), brief
            )
    return tuple(found)


def facilitators(rule: InterventionRule, part: Part, brief: CaseBrief) -> int:
    """How many hold it: `max(2, ceil(n / 7))` for a group (Mitchell: one for five to seven), else one."""
    if rule.kind not in TALKS:
        return 1
    return max(AT_LEAST, ceil((part.about or 0) / brief.policy.participants_per_peer))


def together(known: tuple[Crew, ...], told: tuple[Crew, ...]) -> tuple[Crew, ...]:
    """Every crew that anybody named, each once, with the greatest number that anybody told."""
    return _merged((*known, *told), max)


def _alike(crews: tuple[Crew, ...]) -> tuple[Crew, ...]:
    """One entry for all of one exposure, agency and discipline in one telling."""
    return _merged(crews, add)


def _merged(crews: tuple[Crew, ...], count: Callable[[int, int], int]) -> tuple[Crew, ...]:
    found: dict[tuple[str, str | None, str | None], Crew] = {}
    for crew in crews:
        key = (crew.exposure, crew.agency, crew.discipline)
        people = count((found[key].count or 0) if key in found else 0, crew.count or 0)
        found[key] = crew.model_copy(update={"count": people or None})
    return tuple(found.values())


def _exposures(brief: CaseBrief, rule: InterventionRule) -> Iterator[Group]:
    """Those of the rule; command staff and hospitals too once somebody says that they were there."""
    told = {crew.exposure for crew in brief.crews}
    yield from rule.groups
    if rule.kind in TALKS and Group.RESPONDERS in rule.groups:
        yield from (g for g in (Group.COMMAND, Group.HOSPITAL) if g in told - set(rule.groups))


def _known(brief: CaseBrief, group: Group, crews: list[Crew]) -> int | None:
    if crews and all(crew.count for crew in crews):
        return sum(crew.count or 0 for crew in crews)
    return brief.exposed if group is Group.RESPONDERS else None


def _split(part: Part, brief: CaseBrief) -> list[Part]:
    """Equal parts, none over the limit."""
    people, limit = part.about or 0, brief.policy.group_limit
    if people <= limit:
        return [part]
    many = ceil(people / limit)
    sizes = [people // many + (number < people % many) for number in range(many)]
    return [
        Part(part.group, part.label, part.agency, part.discipline, number, size)
        for number, size in enumerate(sizes, start=1)
    ]


def _label(crew: Crew, taken: list[str]) -> str:
    name = "-".join(filter(None, (crew.agency, crew.discipline))) or "others"
    name = name.replace("_", "-")[:_LABEL].strip("-")
    label, number = name, 1
    while label in taken:
        number += 1
        label = f"{name}-x{number}"
    return label
