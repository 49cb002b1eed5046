"""`tailboard explain`: what a report would lead to, and why. Needs no server and stores nothing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.connection import DataDirOption, KeyOption, UrlOption
from services.cli.policy_commands import OverrideOption
from services.cli.stop import EXIT_INPUT, Stop

if TYPE_CHECKING:
    from services.intake.commands import Told
    from services.intake.edge.verdict import Verdict
    from services.intake.policy import Pack

_SOURCE = "explained"
"""What a feed that does not name itself is called here."""


@dataclass(frozen=True, slots=True)
class Explained:
    """One report with its verdict, or the problem that keeps it from being one."""

    place: str
    told: "Told | None" = None
    verdict: "Verdict | None" = None
    problem: str = ""


def explain(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A report of any format; - is stdin.")
    ],
    *,
    policy: Annotated[
        str | None,
        typer.Option("--policy", help="A pack that ships, or a file; default: the one in force."),
    ] = None,
    overrides: OverrideOption = [],  # noqa: B006 -- Typer reads it once and hands out copies
    form: Annotated[
        str | None,
        typer.Option("--format", help="eido, cap, neris, nemsis, or a CSV format that ships."),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="Your own mapping of CSV columns (YAML).")
    ] = None,
    line: Annotated[
        int | None, typer.Option("--line", help="Of several reports, the one to show.", min=1)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON a line.")] = False,
    roster: Annotated[
        bool, typer.Option("--roster", help="Ask the server who would be asked now, and who not.")
    ] = False,
    url: UrlOption = None,
    key: KeyOption = None,
    data_dir: DataDirOption = None,
) -> None:
    """Say what a report would lead to: the verdict, why, who would be asked, what is planned.

    Works without a server, with the policy that is in force here. Several reports get a table;
    --line shows one of them in full.

    Exit codes: 0 told, 2 bad input.

    Examples:

      tailboard explain examples/pediatric-cpr.json

      tailboard explain report.json --policy stepped-care --override clocks.surplus=2

      tailboard explain calls.ndjson --line 12
    """
    from services.cli.explain_shown import show, show_table
    from services.cli.policy_opened import all_opened

    (opened,) = all_opened((policy, overrides))
    found = list(_explained(file, form, mapping, opened.pack))
    if line is not None:
        found = [each for number, each in enumerate(found, 1) if number == line]
    if not found:
        raise Stop(f"{file}: there is no report {line or ''}".rstrip(), EXIT_INPUT)
    if as_json:
        for each in found:
            print(_as_json(each))
    elif len(found) == 1 and found[0].told and found[0].verdict:
        need = _need(found[0].told, found[0].verdict, opened.pack) if roster else None
        foreseen = _foreseen(need, url, key, data_dir) if need else None
        show(found[0].told, found[0].verdict, opened.pack, foreseen)
    elif len(found) == 1:
        raise Stop(f"{found[0].place}: {found[0].problem}", EXIT_INPUT)
    else:
        show_table(found)
    raise typer.Exit(EXIT_INPUT if any(each.problem for each in found) else 0)


def _explained(
    file: str, form: str | None, mapping: Path | None, pack: "Pack"
) -> Iterator[Explained]:
    from services.intake.edge.verdict import explain as verdict_on
    from services.runtime.clock import SystemClock

    now = SystemClock().now()
    for place, told, problem in _told(file, form, mapping):
        verdict = verdict_on(told, pack, now) if told else None
        yield Explained(place, told, verdict, problem)


def _told(
    file: str, form: str | None, mapping: Path | None
) -> Iterator[tuple[str, "Told | None", str]]:
    """Each report of the file: its place, and either itself or its problem."""
    from pydantic import ValidationError

    from services.cli.documents import foreign, named_format
    from services.cli.post_tally import say
    from services.cli.reports import Sources, csv_mapping
    from services.intake.adapters import formats, native
    from services.intake.adapters.document import BadDocument

    named = named_format(form)
    document = None if mapping else foreign(file, named)
    if document:
        try:
            reports = formats.read(document.body, _SOURCE, formats.Format(document.form))
        except BadDocument as bad:
            raise Stop(f"{file}: {bad}", EXIT_INPUT) from bad
        many = len(reports) > 1
        for number, told in enumerate(reports, 1):
            yield f"{file} item {number}" if many else file, told, ""
        return
    sources = Sources((file,), csv_mapping(None if named else form, mapping), say)
    for each in sources.read():
        try:
            report = native.NativeReport.model_validate(each.report or {})
            yield (
                each.place,
                native.told_by(report, _SOURCE) if not each.problem else None,
                (each.problem or ""),
            )
        except ValidationError as error:
            yield each.place, None, each.problem or str(native.bad_field(error))


def _as_json(each: Explained) -> str:
    if each.verdict is None:
        return json.dumps({"place": each.place, "problem": each.problem})
    return json.dumps({"place": each.place, **each.verdict.model_dump(mode="json")})


def _need(told: "Told", verdict: "Verdict", pack: "Pack") -> dict[str, Any] | None:
    """The team that this report would want; None when it would want none."""
    from schemas.policy import CaseBrief
    from services.runtime.clock import SystemClock

    if verdict.trigger_class is None:
        return None
    report, now = told.report, SystemClock().now()
    brief = CaseBrief(
        tier=pack.triggers[verdict.trigger_class].tier,
        trigger_class=verdict.trigger_class,
        urgency=pack.urgency(verdict.trigger_class),
        occurred_at=min(report.occurred_at or now, now),
        reported_at=now,
        operations_ongoing=bool(report.operations_ongoing),
        exposed=report.exposed,
        disciplines=report.disciplines,
        crews=report.crews,
        policy=pack.snapshot(verdict.trigger_class),
    )
    return {"brief": brief.model_dump(mode="json"), "units": list(report.units)}


def _foreseen(
    need: dict[str, Any], url: str | None, key: str | None, data_dir: Path | None
) -> dict[str, Any]:
    """Who would be asked now, by roster numbers. Raises Stop when the server cannot say."""
    from services.cli.api import Server
    from services.cli.connection import connection

    server = Server(connection(url, key, data_dir))
    return dict(server.json(server.ask("POST", "/v1/roster/would-be-asked", json=need)))
