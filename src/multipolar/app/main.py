"""The program: commands are registered here, and every error ends as one message and an exit code."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

# Small matrices on several BLAS threads are slower, and their last bits differ from those of one thread.
for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import typer  # noqa: E402

import multipolar  # noqa: E402
from multipolar.app.commands import look, run, world  # noqa: E402
from multipolar.base.problems import MultipolarError, shown  # noqa: E402

GREETING = """multipolar: what-if questions about a multipolar world economy.
  multipolar scenarios                       ready questions
  multipolar run brics-technology-alliance   answer one; a file of your own: run FILE.yaml
  multipolar check FILE.yaml                 is a file right, before it runs?
  multipolar explain NAME                    what a country, sector, measure or number is
Help: multipolar --help, and docs/ beside the source."""

app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=True)


@app.callback(invoke_without_command=True)
def about(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Say on the error stream what is being done.")] = False,
) -> None:
    """What-if questions about a multipolar world economy."""
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(name)s: %(message)s")
    if version:
        print(f"multipolar {multipolar.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(GREETING)


app.command()(run.run)
app.command()(run.check)
app.command()(look.scenarios)
app.command()(look.explain)
app.command()(look.doctor)
app.command()(world.worlds)
app.add_typer(world.group)


def main() -> None:
    """Entry point of the console script."""
    _speak_utf8()
    try:
        app(standalone_mode=True)
    except MultipolarError as error:
        print(error.report(), file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("Interrupted; nothing was written.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        _close_quietly()
        sys.exit(141)
    except OSError as error:
        where = f" `{shown(error.filename)}`" if error.filename else ""
        print(f"The system refused{where}: {error.strerror or type(error).__name__}.", file=sys.stderr)
        sys.exit(1)


def _speak_utf8() -> None:
    """A terminal that cannot show a character gets an escape instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _close_quietly() -> None:
    """Nobody reads any more: what is still in the buffer must not raise at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
