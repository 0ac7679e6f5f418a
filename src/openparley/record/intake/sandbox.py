"""Parsing in a process apart, with limits on time and memory, started again when a document has brought it down."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from types import TracebackType
from typing import IO

from openparley.record.intake.decode import decode_text, sniff
from openparley.record.intake.document import Document, NotReadable

__all__ = ["Sandbox"]

SECONDS = 30.0
MEMORY = 700_000_000
# Libraries leave some memory behind; a fresh process now and then keeps that bounded.
DOCUMENTS_A_PROCESS = 500


class Sandbox:
    """Turns bytes into documents; a context manager, because a process stands behind it.

    Parameters
    ----------
    seconds
        Longest time for one document.
    memory
        Most memory of the process, in bytes; kept to where the system knows such limits.
    """

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds, self._memory = seconds, memory
        self._process: subprocess.Popen[bytes] | None = None
        self._parsed = 0

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            # What it did not read any more cannot be flushed; it was answered for already.
            with contextlib.suppress(BrokenPipeError):
                _pipe(process.stdin).close()
            _pipe(process.stdout).close()
            process.wait()

    def parse(self, data: bytes, form: str, *, declared: str = "", url: str = "") -> Document:
        """Parse one document.

        Raises
        ------
        NotReadable
            If it cannot be, takes too long or too much memory, or brings its parser down.
        """
        if form == "plain" and sniff(data) == "text":
            text = _utf8(data)
            if text is not None:
                return Document(text, url=url)
        if self._parsed >= DOCUMENTS_A_PROCESS:
            self.close()
        process = self._process or self._start()
        self._parsed += 1
        line = self._ask(process, {"bytes": len(data), "form": form, "declared": declared, "url": url}, data)
        try:
            answer = json.loads(line)
        except ValueError:
            code = process.poll()
            self.close()
            how = "too much memory, or a fault in the parser" if code is None or code < 0 else f"exit code {code}"
            raise NotReadable(f"it brings down its parser ({how}).", "Save its text as .txt.") from None
        if answer.get("spent"):
            self.close()
        if "document" not in answer:
            raise NotReadable(answer["reason"], answer["hint"])
        return Document.from_json(answer["document"])

    def _start(self) -> subprocess.Popen[bytes]:
        self._parsed = 0
        command = [sys.executable, "-m", "openparley.record.intake.worker", str(self._memory), str(2 * self._seconds)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            # Ctrl-C is for the one who asked, who then ends this one.
            process_group=0 if os.name == "posix" else None,
        )
        return self._process

    def _ask(self, process: subprocess.Popen[bytes], request: dict[str, object], data: bytes) -> bytes:
        """The answer's line; empty when the process ended instead."""
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._seconds, end)
        timer.start()
        try:
            stdin = _pipe(process.stdin)
            stdin.write(json.dumps(request).encode("ascii") + b"\n")
            stdin.write(data)
            stdin.flush()
            line = _pipe(process.stdout).readline()
        except BrokenPipeError:
            line = b""
        except BaseException:
            self.close()  # an answer to a question that nobody waits for must not become the next one's
            raise
        finally:
            timer.cancel()
        if late.is_set():
            self.close()
            raise NotReadable(f"reading it takes longer than {self._seconds:g} s.", "Save its text as .txt.")
        return line


def _utf8(data: bytes) -> str | None:
    """A plain text that needs no guessing; None for all others."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return decode_text(data).text


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise AssertionError("the process was started with its pipes")
    return pipe
