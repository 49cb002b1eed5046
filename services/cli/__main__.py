"""The entry point: registers the commands, and turns every error into one line and an exit code."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperCommand
from typing_extensions import override

from services.cli.activations import activations
from services.cli.carriers import app as carriers_app
from services.cli.cases import case, cases
from services.cli.check_ins import app as check_ins_app
from services.cli.checkpoints import app as checkpoints_app
from services.cli.deadletters import app as deadletters_app
from services.cli.decide import lower, merge, raise_case, split
from services.cli.doctor import doctor
from services.cli.drill import app as drill_app
from services.cli.emergency import emergency
from services.cli.explain import explain
from services.cli.export import export
from services.cli.feedback import app as feedback_app
from services.cli.intake_commands import app as intake_app
from services.cli.keys import app as keys_app
from services.cli.policy_commands import app as policy_app
from services.cli.post import post
from services.cli.private import app as private_app
from services.cli.refer import app as exception_app
from services.cli.refer import refer
from services.cli.report import app as report_app
from services.cli.request_peer import request_peer
from services.cli.resources import app as resources_app
from services.cli.retention import app as retention_app
from services.cli.reviews import app as reviews_app
from services.cli.roster import app as roster_app
from services.cli.rota import app as rota_app
from services.cli.sessions import app as sessions_app
from services.cli.settle import close, crews, decline, done, missed
from services.cli.spool_commands import app as spool_app
from services.cli.stop import EXIT_INPUT, EXIT_INTERRUPTED, Stop
from services.cli.verify import verify
from services.cli.views import app as views_app
from services.cli.watch import watch

app = typer.Typer(
    name="tailboard",
    help="Critical incident response: report incidents, see that the team is there, prove it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class _Deferred(TyperCommand):
    """`up` needs every service: they are imported when it runs, so that `post` starts fast."""

    @override
    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **more: Any) -> Any:
        from services.cli.up import up as real

        single = typer.Typer(pretty_exceptions_enable=False)
        single.command("up")(real)
        return typer.main.get_command(single).make_context(info_name, args, *rest, **more)


@app.command("up", cls=_Deferred)
def up() -> None:
    """Start Tailboard on this machine: broker, services, console."""


app.command("post")(post)
app.command("explain")(explain)
app.add_typer(spool_app)
app.command("activations")(activations)
app.command("case")(case)
app.command("cases")(cases)
app.command("done")(done)
app.command("decline")(decline)
app.command("missed")(missed)
app.command("crews")(crews)
app.command("close")(close)
app.command("refer")(refer)
app.add_typer(exception_app)
app.add_typer(resources_app)
app.add_typer(keys_app)
app.add_typer(check_ins_app)
app.command("request-peer")(request_peer)
app.command("emergency")(emergency)
app.command("watch")(watch)
app.add_typer(reviews_app)
app.add_typer(feedback_app)
app.add_typer(drill_app)
app.add_typer(report_app)
app.command("raise")(raise_case)
app.command("lower")(lower)
app.command("merge")(merge)
app.command("split")(split)
app.add_typer(roster_app)
app.add_typer(rota_app)
app.add_typer(sessions_app)
app.add_typer(private_app)
app.add_typer(policy_app)
app.add_typer(intake_app)
app.add_typer(carriers_app)
app.add_typer(deadletters_app)
app.add_typer(views_app)
app.command("verify")(verify)
app.add_typer(checkpoints_app)
app.add_typer(retention_app)
app.command("export")(export)
app.command("doctor")(doctor)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("tailboard")
        except PackageNotFoundError:
            number = "(from its source, not installed)"
        print(f"tailboard {number}")
        raise typer.Exit


@app.callback()
def tailboard(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Critical incident response: report incidents, see that the team is there, prove it."""


def run(arguments: Sequence[str]) -> int:
    """Run one command; its exit code. Nothing escapes but a bug."""
    try:
        code = app(args=list(arguments), prog_name="tailboard", standalone_mode=False)
    except Stop as stop:
        return _say(str(stop), stop.code)
    except typer.Abort:
        return EXIT_INTERRUPTED
    except typer.TyperException as error:
        return _usage(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code if isinstance(code, int) else 0


def _usage(error: typer.TyperException) -> int:
    """One line: what is wrong with what was typed, and where to read more."""
    context = getattr(error, "ctx", None)
    said = error.format_message()
    if said:  # help that was asked for by typing nothing has been printed already
        command = context.command_path if context else "tailboard"
        _say(f"{said.rstrip('.?')}{'?' if said.endswith('?') else '.'} See `{command} --help`.", 0)
    return EXIT_INPUT


def _say(line: str, code: int) -> int:
    print(f"tailboard: {line}", file=sys.stderr)
    return code


def main() -> None:
    """The program `tailboard`."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
