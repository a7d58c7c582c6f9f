"""How the program ends when it is told to, or when nobody takes its words: one sentence, an exit code, no traceback."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
from types import FrameType
from typing import NoReturn

from multipolar.base.problems import MultipolarError, shown

WORDS = {"SIGINT": "Interrupted", "SIGTERM": "Terminated", "SIGHUP": "Terminated: the terminal is gone"}
CLOSED_PIPE = 141


class Stopped(BaseException):
    """The program was told to stop by a signal. ``kept`` says what is kept, in half a sentence."""

    def __init__(self, number: int) -> None:
        super().__init__(WORDS[signal.Signals(number).name])
        self.exit_code = 128 + number
        self.kept = ""


def heed_signals() -> None:
    """Raise ``Stopped`` on Ctrl-C and on being terminated; signals that are ignored stay so (``nohup``, ``&``)."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in WORDS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    for name in WORDS:  # what is being tidied up now must not be broken off
        other = getattr(signal, name, None)
        if other is not None:
            signal.signal(other, signal.SIG_IGN)
    raise Stopped(number)


def prepare_streams() -> None:
    """Three open standard streams, and no character that ends the program because a terminal cannot show it."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # closed by the caller: a file of ours must not get its number
            os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def tell(sentence: str, error: BaseException | None = None) -> None:
    """A sentence on the error stream, with the notes of an error; nothing where there is no such stream."""
    notes = getattr(error, "__notes__", [])
    if sys.stderr is None:
        return
    try:
        print(" ".join([sentence, *notes]), file=sys.stderr, flush=True)
    except OSError:
        silence(2)


def flush() -> int | None:
    """Send what is printed; the exit code where nobody takes it, None where all is well."""
    if sys.stdout is None:
        return None
    try:
        sys.stdout.flush()
    except OSError as error:
        silence(1)
        return unsaid(error)
    return None


def unsaid(error: OSError) -> int:
    """The exit code where printing failed: silent for a pipe whose reader has gone, a sentence for anything else."""
    silence(1)
    if error.errno == errno.EPIPE:
        return CLOSED_PIPE
    refused(error)
    return 1


def refused(error: OSError) -> None:
    """Say what the operating system refused."""
    where = f" `{shown(error.filename, 200)}`" if error.filename else ""
    tell(f"The system refused{where}: {error.strerror or type(error).__name__}. (exit 1)", error)


def failed(error: MultipolarError) -> None:
    """Say an error of the package."""
    tell(error.report(), error)


def silence(number: int) -> None:
    """Send a stream nowhere. Nobody reads this stream: what is still in its buffer must not raise at exit."""
    handle = os.open(os.devnull, os.O_WRONLY)
    os.dup2(handle, number)
    os.close(handle)
