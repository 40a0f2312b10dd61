"""`pedigree`: one module per command, imported only when it runs."""

import importlib
import signal
from dataclasses import dataclass

import click

from settings import SettingsError


@dataclass(frozen=True)
class Entry:
    """Where a command lives, and its line in the help: showing it imports nothing."""

    module: str
    summary: str


COMMANDS = {
    "serve": Entry("cli.serve", "Run the API, with a worker and our own servers as needed."),
    "worker": Entry("cli.worker", "Run workers that do what stands to be done."),
    "migrate": Entry("cli.migrate", "Bring the graph's constraints and indexes up to date."),
    "token": Entry("cli.token", "Make, list and revoke access tokens."),
    "demo": Entry("cli.demo", "Load the demonstration workspace."),
    "import": Entry("cli.import_", "Import assets and their lineage."),
    "export": Entry("cli.export", "Export the schema or a workspace."),
}


class LateGroup(click.Group):
    """A group that looks its commands up in COMMANDS and says plainly what failed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = importlib.import_module(entry.module).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Wrong settings are exit code 2, a server that failed is 1; neither is a traceback."""
        from embedded.errors import EmbeddedError
        from graph.error import GraphError
        from telemetry.error import TelemetryError

        try:
            return super().invoke(ctx)
        except SettingsError as error:
            raise WrongSettings(str(error)) from error
        except (EmbeddedError, GraphError, TelemetryError) as error:
            raise click.ClickException(str(error)) from error


class WrongSettings(click.ClickException):
    """A setting is wrong: like a wrong option, exit code 2."""

    exit_code = 2


@click.group(cls=LateGroup, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Pedigree: where every picture and clip came from, as a graph.

    Settings come from the environment; with no NEO4J_URI or REDIS_URL set, Pedigree
    starts its own real Neo4j and Redis and keeps their data between runs.
    """
    # Being told to end is one thing, whoever says it: Ctrl-C, an init system, a closed terminal.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    main(prog_name="pedigree")
