"""The program: commands are registered here, and every error ends as one message and an exit code."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

# Small matrices on several BLAS threads are slower, and their last bits differ from those of one thread.
for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[_name] = "1"

import typer  # noqa: E402

import multipolar  # noqa: E402
from multipolar.app import ending  # noqa: E402
from multipolar.app.commands import look, new, path, pay, run, runs, validate, world  # noqa: E402
from multipolar.app.optional_value import OptionalValue  # noqa: E402
from multipolar.base import memory  # noqa: E402
from multipolar.base.problems import MultipolarError  # noqa: E402

GREETING = """multipolar: what-if questions about a multipolar world economy.
  multipolar scenarios                       ready questions
  multipolar run brics-technology-alliance   answer one; a file of your own: run FILE.yaml
  multipolar new NAME                        start a file; check FILE.yaml: is it right?
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


# In the list of commands a sentence is cut at its width: each has a shorter one that fits.
app.command(cls=OptionalValue, short_help="Answer a scenario: a sentence, a table, a page.")(run.run)
app.command(short_help="Real income in every year of a scenario.")(path.path)
app.command(short_help="Say whether a scenario file is right.")(run.check)
app.command(short_help="Start a scenario file.")(new.new)
app.command(short_help="Print the JSON Schema of scenario files.")(new.schema)
app.command(short_help="Make a run again and compare.")(runs.repeat)
app.command(short_help="List the runs in a folder.")(runs.runs)
app.command(short_help="List the ready scenarios.")(look.scenarios)
app.command(short_help="Say what a name means.")(look.explain)
app.command(short_help="Check this installation.")(look.doctor)
app.command(short_help="Compute a published result beside ours.")(validate.validate)
app.command(short_help="List the worlds that --world takes.")(world.worlds)
app.add_typer(world.group)
app.add_typer(pay.group)


def main() -> None:
    """Entry point of the console script."""
    ending.prepare_streams()
    ending.heed_signals()
    memory.keep_freed()
    sys.exit(_code())


def _code() -> int | str | None:
    """Run the command line; the exit code, after all that is to be said is said."""
    out = sys.stdout
    try:
        app(standalone_mode=True)
    except SystemExit as leaving:
        unsaid = ending.flush()
        if sys.stdout is not out:  # the command line library hides a closed pipe behind another stream
            return ending.CLOSED_PIPE
        return leaving.code if unsaid is None or leaving.code else unsaid
    except MultipolarError as error:
        ending.failed(error)
        return error.exit_code
    except ending.Stopped as stop:
        ending.tell(f"{stop}; {stop.kept or 'nothing was written'}.")
        return stop.exit_code
    except OSError as error:
        ending.refused(error)
        return 1
    except MemoryError as error:
        ending.tell("There is not enough memory for this. (exit 1)", error)
        return 1
    return None


if __name__ == "__main__":
    main()
