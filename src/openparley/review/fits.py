"""A fit in a child process, so that the pages stay awake: what it says, how far it is, and an end that always works."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openparley.errors import ParleyError

__all__ = ["BusyError", "Fits", "child_command"]

GRACE_SECONDS = 3.0
# Windows has no groups of processes; there the workers end when the child, from which they get their work, is gone.
GROUPS = hasattr(os, "killpg") and hasattr(os, "waitid")
IDLE = {"state": "idle", "stage": "", "done": 0, "total": 0, "left": None, "run": "", "message": "", "number": 0}


class BusyError(ParleyError):
    """A fit is under way already."""


def child_command(root: Path, runs: Path, draws: int) -> list[str]:
    """The command that fits a case and tells its progress as lines of JSON."""
    return [sys.executable, "-m", "openparley.review.child", str(root.resolve()), str(runs.resolve()), str(draws)]


class Fits:
    """At most one fit at a time.

    The child leads a group of processes of its own, which is ended as a whole; it ends by itself when the server does, because
    its standard input then closes.
    """

    def __init__(self) -> None:
        self.leaving = False  # set when the server ends, so that nobody waits for more news
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._ended = threading.Event()  # of the child under way and of all its workers
        self._status: dict[str, Any] = dict(IDLE)
        self._began = 0.0

    def status(self) -> dict[str, Any]:
        """What is known now: state (idle, running, stopping, stopped, done, failed), stage, done, total, seconds left."""
        with self._lock:
            return dict(self._status)

    def start(self, command: Sequence[str]) -> dict[str, Any]:
        """Begin.

        Raises
        ------
        BusyError
            If one is under way.
        """
        with self._lock:
            if self._process is not None:
                raise BusyError("a fit is under way; stop it first.")
            self._process = subprocess.Popen(
                list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
                start_new_session=True,
            )  # fmt: skip
            self._status = {**IDLE, "state": "running", "stage": "starting", "number": self._status["number"] + 1}
            process, self._ended = self._process, threading.Event()
        threading.Thread(target=_outlived_by_none, args=(process, self._ended), name="parley reaper", daemon=True).start()
        threading.Thread(target=self._follow, args=(process, self._ended), name="parley fit", daemon=True).start()
        return self.status()

    def stop(self) -> dict[str, Any]:
        """End the fit under way, whatever it does; finished draws are kept and used by the next one."""
        with self._lock:
            process = self._process
            if process is None:
                return dict(self._status)
            self._change(state="stopping")
            ended = self._ended
        _signal(process, ended, force=False)
        threading.Thread(target=_end, args=(process, ended), name="parley stop", daemon=True).start()
        return self.status()

    def close(self) -> None:
        """End the fit under way and wait until it is gone."""
        with self._lock:
            process, ended = self._process, self._ended
        if process is not None:
            self.stop()
            ended.wait(GRACE_SECONDS * 2)

    def _change(self, **news: Any) -> None:
        self._status = {**self._status, **news, "number": self._status["number"] + 1}

    def _follow(self, process: subprocess.Popen[str], ended: threading.Event) -> None:
        """Read what the child says until it ends."""
        errors: list[str] = []
        drain = threading.Thread(target=lambda: errors.extend(process.stderr or ()), daemon=True)
        drain.start()
        for line in process.stdout or ():
            self._hear(line)
        ended.wait()  # a worker that lived on would hold the other end of what is read and closed here
        code = process.wait()
        drain.join(1.0)
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
        with self._lock:
            self._process = None
            state = self._status["state"]
            if state == "stopping":
                self._change(state="stopped", left=None, message="Stopped. Finished draws are kept; the next run goes on from them.")
            elif state == "running":
                said = errors[-1].strip() if errors else f"the process ended with code {code}"
                self._change(state="failed", left=None, message=f"The run ended without a result: {said}")

    def _hear(self, line: str) -> None:
        try:
            news = json.loads(line)
        except ValueError:
            return  # a library that prints is not a message of ours
        with self._lock:
            if not isinstance(news, dict) or self._status["state"] != "running":
                return
            if news.get("event") == "progress":
                self._change(stage=str(news["stage"]), done=int(news["done"]), total=int(news["total"]), left=self._left(news))
            elif news.get("event") == "done":
                self._change(state="done", run=str(news["run"]), left=None, message=str(news.get("status", "")))
            elif news.get("event") == "failed":
                self._change(state="failed", left=None, message=str(news["message"]))

    def _left(self, news: dict[str, Any]) -> float | None:
        """Seconds that the stage still takes, by its pace so far; what was done when it began had been done before."""
        done, total = int(news["done"]), int(news["total"])
        if news["stage"] != self._status["stage"]:
            self._began, self._first = time.monotonic(), done
        if done <= getattr(self, "_first", 0) or done >= total:
            return None
        return round((total - done) * (time.monotonic() - self._began) / (done - self._first), 1)


def _signal(process: subprocess.Popen[str], ended: threading.Event, *, force: bool) -> None:
    """Ask the child and its workers to end, or end them; those that have ended already need neither."""
    if ended.is_set():
        return
    try:
        if GROUPS:
            os.killpg(process.pid, signal.SIGKILL if force else signal.SIGTERM)
        elif force:
            process.kill()
        else:
            process.terminate()
    except ProcessLookupError:
        return


def _outlived_by_none(process: subprocess.Popen[str], ended: threading.Event) -> None:
    """Wait until the child has ended, then end its workers.

    Nobody else waits for the child before that: until somebody has, its number is nobody else's.
    """
    try:
        if GROUPS:
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.wait()
    except (ChildProcessError, ProcessLookupError, PermissionError):
        return
    finally:
        ended.set()


def _end(process: subprocess.Popen[str], ended: threading.Event) -> None:
    """What has not ended by then is ended without being asked."""
    if not ended.wait(GRACE_SECONDS):
        _signal(process, ended, force=True)
