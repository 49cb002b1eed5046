"""What the programme costs beside what leaving and sick days cost, from the agency's own numbers.

Nothing that is not published has a default: what the agency does not know stays out of the sum, and how
many people the programme keeps is an assumption of whoever asks, shown as a range.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from schemas.envelope import Frozen
from services.audit.reports.model import Fact, Kind, Report, Table

if TYPE_CHECKING:
    from datetime import datetime

Amount = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]

RISE_PER_CALLER, RISE_WITH, RISE_WITHOUT = 22_576.05, 656, 23_232
"""US dollars. Modelled for nurses at Johns Hopkins, 2015-16: net benefit per nurse who initiated a call,
and the cost per nurse with the programme and without."""
_SOURCES = (
    "RISE at Johns Hopkins, nurses, 2015-16, modelled (Markov model, one year, a hospital of 1,000 beds): "
    "US$22,576.05 net monetary benefit per nurse who initiated a RISE call, US$1.81 million a year. Not "
    "per nurse employed.",
    "Becker's Hospital Review on the same model: US$656 per nurse with RISE, US$23,232 without.",
)
_NOTES = (
    "The figures of turnover and sick days are the agency's own; they are not checked here.",
    "How many leave fewer, or are sick for fewer days, is an assumption: no study shows it for peer "
    "support in fire, police, EMS or dispatch. Lower and upper assumption make the range.",
    "The published figure is a model of one hospital's nurses. It is shown beside the sum, and is no "
    "part of it.",
    "Single-session debriefing is not recommended against PTSD by NICE and WHO: savings from fewer cases "
    "of PTSD are not claimed.",
    "Jobs saved are counted by nobody here, as nobody's contacts are linked to their employment.",
)


class Inputs(Frozen):
    """The agency's own numbers for a year, in its own currency. What is left out is not in the sum."""

    programme_cost: Amount
    members: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    turnover_percent: Share | None = None
    replacement_cost: Amount | None = None
    sick_days: Amount | None = None
    """Of one member in a year."""
    day_cost: Amount | None = None
    stay_low: Amount = 0
    """How many more stay, at the least, as whoever asks assumes."""
    stay_high: Amount = 0
    days_low: Amount = 0
    """How many sick days fewer there are together, at the least."""
    days_high: Amount = 0
    calls: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    """Members who asked by themselves, for the published comparison."""


def problem(given: Inputs) -> str | None:
    """What does not fit together, with its field; None when all does."""
    if given.stay_high < given.stay_low:
        return "stay_high: must not be less than stay_low"
    if given.days_high < given.days_low:
        return "days_high: must not be less than days_low"
    if given.stay_high and given.replacement_cost is None:
        return "replacement_cost: needed for stay_low and stay_high"
    if given.days_high and given.day_cost is None:
        return "day_cost: needed for days_low and days_high"
    return None


def roi(given: Inputs, agency: str, now: datetime) -> Report:
    """The sum for one year."""
    low = given.stay_low * (given.replacement_cost or 0) + given.days_low * (given.day_cost or 0)
    high = given.stay_high * (given.replacement_cost or 0) + given.days_high * (given.day_cost or 0)
    rows = tuple((label, money(low), money(high)) for label, low, high in _lines(given, low, high))
    return Report(
        kind=Kind.ROI,
        title="Cost and return",
        about="one year",
        agency=agency,
        as_of=now,
        lead=_lead(given, low, high),
        facts=_facts(given),
        tables=(
            Table(
                title="The range", columns=("", "Lower assumption", "Upper assumption"), rows=rows
            ),
        ),
        notes=_NOTES,
        sources=_SOURCES,
    )


def money(amount: float) -> str:
    """An amount without a currency, such as `12,400`."""
    return f"{amount:,.0f}"


def _lines(given: Inputs, low: float, high: float) -> tuple[tuple[str, float, float], ...]:
    cost = given.programme_cost
    return (
        ("Saved by assumption", low, high),
        ("Cost of the programme", cost, cost),
        ("Saved less cost", low - cost, high - cost),
    )


def _lead(given: Inputs, low: float, high: float) -> str:
    cost, each = given.programme_cost, given.replacement_cost
    if high:
        return (
            f"Under these assumptions a year ends between {money(low - cost)} and "
            f"{money(high - cost)} after a cost of {money(cost)}."
        )
    if each:
        return f"The programme pays for itself if {cost / each:.1f} more people stay in a year."
    return (
        f"The programme costs {money(cost)} a year; without local figures no return can be shown."
    )


def _facts(given: Inputs) -> tuple[Fact, ...]:
    """What the agency's figures say before any assumption."""
    found = []
    if given.replacement_cost:
        even = f"{given.programme_cost / given.replacement_cost:.1f}"
        found.append(Fact(label="More people who stay, to break even", value=even))
    if given.members and given.turnover_percent is not None and given.replacement_cost is not None:
        leaving = given.members * given.turnover_percent / 100 * given.replacement_cost
        found.append(Fact(label="Cost of all who leave in a year", value=money(leaving)))
    if given.members and given.sick_days is not None and given.day_cost is not None:
        sick = given.members * given.sick_days * given.day_cost
        found.append(Fact(label="Cost of all sick days in a year", value=money(sick)))
    if given.members:
        found.append(
            Fact(
                label="Programme cost per member", value=money(given.programme_cost / given.members)
            )
        )
    if given.calls:
        found.append(
            Fact(
                label=f"Published comparison, no forecast: {given.calls} callers as in RISE (US$)",
                value=money(given.calls * RISE_PER_CALLER),
            )
        )
    return tuple(found)
