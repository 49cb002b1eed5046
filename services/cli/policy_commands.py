"""`tailboard policy`: check a policy, compare two, and see what happens for a class and why."""

from typing import Annotated

import typer

from services.cli.stop import EXIT_INPUT, EXIT_REFUSED, Stop

app = typer.Typer(
    name="policy", help="What brings the team in, and what is planned then.", no_args_is_help=True
)
OverrideOption = Annotated[
    list[str],
    typer.Option(
        "--override",
        metavar="PATH=VALUE",
        help="A value of your own, such as clocks.surplus=2; may be given several times.",
    ),
]
_NAMED = "A file, or the name of a policy that ships (cism, stepped-care)"
_LAW = "a jurisdiction (california)"


@app.command("list")
def list_all() -> None:
    """List the policies and the jurisdictions that ship, and say which are in force.

    Examples:

      tailboard policy list
    """
    from services.cli.policy_laws import list_laws
    from services.cli.policy_opened import opened
    from services.intake.pack.sources import shipped_packs

    in_force = opened(None, [])
    for name in shipped_packs():
        pack = opened(name, []).pack
        print(f"{name}{'*' if pack.policy == in_force.pack.policy else ''}: {pack.title}")
    print(f"in force: {in_force.title}; TAILBOARD_POLICY chooses another\n")
    list_laws()


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE", help=f"{_NAMED}, or {_LAW}.")],
) -> None:
    """Show a whole policy, or what a law says of peer support: sources, exceptions, the notice.

    Exit codes: 0 shown, 2 it cannot be used.

    Examples:

      tailboard policy show california

      tailboard policy show stepped-care
    """
    from services.cli.policy_laws import is_law, show_law
    from services.cli.policy_overview import show_each

    if is_law(name):
        show_law(name)
    else:
        show_each([name], [])


@app.command("check")
def check(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE", help=f"{_NAMED}, or {_LAW}; default: those in force."),
    ] = None,
    *,
    overrides: OverrideOption = [],  # noqa: B006 -- Typer reads it once and hands out copies
) -> None:
    """Say everything that is wrong with a policy, with file, line and column; or show it.

    Without a file it is what is in force: TAILBOARD_POLICY or TAILBOARD_POLICY_FILE, with
    TAILBOARD_POLICY_OVERRIDES; and TAILBOARD_JURISDICTION or TAILBOARD_JURISDICTION_FILE.

    Exit codes: 0 it holds together, 2 it does not.

    Examples:

      tailboard policy check

      tailboard policy check our-policy.yaml

      tailboard policy check louisiana

      tailboard policy check stepped-care --override clocks.surplus=2
    """
    from services.cli.policy_laws import check_law, is_law
    from services.cli.policy_overview import show_each

    named = files or []
    policies = [name for name in named if not is_law(name)]
    if policies or not named:
        show_each(policies or [None], overrides)
    if not named:
        check_law(None)
    for name in named:
        if name not in policies:
            check_law(name)


@app.command("diff")
def diff(
    one: Annotated[str, typer.Argument(metavar="A", help=f"{_NAMED}.")],
    other: Annotated[
        str | None, typer.Argument(metavar="B", help=f"{_NAMED}; default: the one in force.")
    ] = None,
    *,
    overrides: OverrideOption = [],  # noqa: B006 -- Typer reads it once and hands out copies
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list.")] = False,
) -> None:
    """Show every value that differs from A to B, and what that means. Overrides are laid over B.

    Exit codes: 0 they are the same, 1 they differ, 2 one cannot be used.

    Examples:

      tailboard policy diff cism stepped-care

      tailboard policy diff cism our-policy.yaml --json

      tailboard policy diff cism cism --override clocks.surplus=2
    """
    from services.cli.policy_diff import differences
    from services.cli.policy_opened import all_opened

    before, after = all_opened((one, []), (other, overrides))
    changes = differences(before.pack, after.pack)
    if as_json:
        import json

        print(json.dumps([change.as_json() for change in changes], indent=2))
    elif changes:
        for change in changes:
            print(change.line())
    else:
        print(f"{before.title} and {after.title} say the same")
    raise typer.Exit(EXIT_REFUSED if changes else 0)


@app.command("explain")
def explain(
    asked: Annotated[
        str | None,
        typer.Argument(
            metavar="CLASS|PATH", help="A class such as child_death, or clocks.surplus."
        ),
    ] = None,
    *,
    policy: Annotated[
        str | None, typer.Option("--policy", help=f"{_NAMED}; default: the one in force.")
    ] = None,
    overrides: OverrideOption = [],  # noqa: B006 -- Typer reads it once and hands out copies
) -> None:
    """Say what happens for a class: who is asked, how soon, what is planned until when, and why.

    Without a class it lists them; with the path of a value it says where that value comes from.

    Exit codes: 0 told, 2 there is no such class or value.

    Examples:

      tailboard policy explain

      tailboard policy explain child_death --policy stepped-care

      tailboard policy explain clocks.surplus
    """
    from services.cli.policy_explained import nearest, show_class, show_value
    from services.cli.policy_opened import all_opened
    from services.cli.policy_overview import show_classes

    (shown,) = all_opened((policy, overrides))
    if asked is None:
        show_classes(shown)
    elif asked in shown.pack.triggers:
        show_class(shown, asked)
    elif not show_value(shown, asked):
        raise Stop(
            f"{asked}: no class or value of {shown.title}: {nearest(shown, asked)}", EXIT_INPUT
        )
