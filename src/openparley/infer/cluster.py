"""Draws on a Dask cluster: the model is sent once, each draw is a task, and whatever a worker takes with it is done again.

Model, work and tables travel as bytes that Python pickled here, as they do between local processes: Dask's own way would hand the
workers arrays that cannot be written to, for which the solver would be compiled a second time.
"""

from __future__ import annotations

import hashlib
import logging
import os
import pickle
import platform
import queue
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from typing import Any

from openparley.errors import InferenceError, ParleyError, quoted
from openparley.infer.draw import Table
from openparley.infer.model import Model
from openparley.infer.software import software

ANSWER_SECONDS = 5  # a scheduler that is there answers within a second, even from another continent
ALONE_SECONDS = 60.0  # a nanny needs a few seconds to replace a worker, a batch system up to a minute
LOOK_SECONDS = 0.05  # between looks at the keyboard and at what has arrived
RETRIES = 2  # of a task that raised what may pass: a full disk, too little memory
TAKEN_BACK = 3  # times that a draw is sent anew after Dask has given it up; Dask itself tries allowed-failures + 1 workers each time
NAMED = 3  # workers named in a message
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
PROTOCOLS = ("", "tcp", "tls")
LOGS = ("distributed", "distributed.client", "distributed.core", "distributed.comm", "distributed.utils")


@dataclass
class _Piece:
    """A draw under way: its index, the pickled work and how often it had to be sent anew."""

    index: int
    work: bytes
    sent_anew: int = 0


class Cluster:
    """Runs jobs on draws of one model on the workers of a Dask cluster, to which it connects when there is something to do.

    Parameters
    ----------
    address
        Of the scheduler, such as ``tcp://10.0.0.5:8786``.
    """

    def __init__(self, model: Model, address: str) -> None:
        self.model, self.address = model, address
        self._client: Any = None
        self._sent: Any = None
        self._digest = ""
        self._loud: Mapping[str, int] = {}

    def each(self, job: Callable[..., Table], items: Iterable[tuple[int, tuple[Any, ...]]]) -> Iterator[tuple[int, Table]]:
        """Index and result of every item, in the order in which they arrive.

        Raises
        ------
        InferenceError
            If the cluster cannot be used or is lost, or a draw takes down every worker that it is given to.
        """
        pieces = [_Piece(index, pickle.dumps((job, index, arguments), protocol=5)) for index, arguments in items]
        if not pieces:
            return
        client = self._connected()
        arrived = _distributed().as_completed(loop=client.loop, with_results=True, raise_errors=False)
        pending: dict[str, tuple[Any, _Piece]] = {}
        try:
            for piece in pieces:
                self._send(piece, arrived, pending)
            while pending:
                self._wait(arrived)
                future, result = next(arrived)
                piece = pending.pop(future.key)[1]
                if future.status == "finished":
                    yield piece.index, _table(result)
                else:
                    self._take_back(piece, future, result)
                    self._send(piece, arrived, pending)
        finally:
            if pending and client.status == "running":
                client.cancel([future for future, _ in pending.values()], force=True)

    def _send(self, piece: _Piece, arrived: Any, pending: dict[str, tuple[Any, _Piece]]) -> None:
        """Submit a piece; the model goes along once for all of them."""
        if self._sent is None or self._sent.status in ("cancelled", "lost"):
            whole = pickle.dumps(self.model, protocol=5)
            self._digest = hashlib.sha256(whole).hexdigest()
            try:
                self._sent = self._client.scatter(whole, broadcast=True, hash=False, timeout=ALONE_SECONDS)
            except (TimeoutError, OSError) as problem:
                raise self._lost() from problem
        future = self._client.submit(_do, self._sent, self._digest, piece.work, _ours(), pure=False, retries=RETRIES)
        pending[future.key] = future, piece
        arrived.add(future)

    def _take_back(self, piece: _Piece, future: Any, result: Any) -> None:
        """Raise what a draw raised; return when it is to be done again because workers were lost with it or with the model."""
        piece.sent_anew += 1
        if future.status == "error":
            _, problem, trace = result
            if not isinstance(problem, _distributed().KilledWorker):
                raise problem.with_traceback(trace)
            if piece.sent_anew > TAKEN_BACK:
                raise InferenceError(
                    f"every worker that was given draw {piece.index} was lost, {piece.sent_anew} times over (out of memory?).",
                    hint="Give the workers more memory and run the command again: finished draws are kept.",
                ) from problem
        elif self._client.status != "running" or piece.sent_anew > TAKEN_BACK:
            raise self._lost()

    def _wait(self, arrived: Any) -> None:
        """Wait for a result, in short intervals so that Ctrl-C is heard, and not for ever when nobody is left to compute it."""
        alone, look = 0.0, time.monotonic()
        while not arrived.has_ready():
            time.sleep(LOOK_SECONDS)
            if time.monotonic() - look < ANSWER_SECONDS:
                continue
            waited, look = time.monotonic() - look, time.monotonic()
            alone = 0.0 if self._client.status == "running" and self._client.nthreads() else alone + waited
            if alone > ALONE_SECONDS:
                raise self._lost()

    def _lost(self) -> InferenceError:
        return InferenceError(
            f"the cluster at {self.address} was lost, or all its workers.",
            hint="Start it again and run the same command: finished draws are kept.",
        )

    def _connected(self) -> Any:
        """The client, once the cluster has answered and runs what runs here."""
        if self._client is None:
            dask = _distributed()
            self._loud = _hush()
            try:
                self._client = self._connect(dask)
                self._check()
            except BaseException:
                self.stop(at_once=True)
                raise
        return self._client

    def _connect(self, dask: Any) -> Any:
        try:
            _knock(self.address)
            with warnings.catch_warnings():
                # other versions are refused in one line
                warnings.filterwarnings("ignore", category=dask.versions.VersionMismatchWarning)
                return _within(2 * ANSWER_SECONDS, lambda: dask.Client(self.address, timeout=ANSWER_SECONDS, set_as_default=False))
        except (OSError, ValueError, RuntimeError) as problem:
            raise InferenceError(
                f"no Dask scheduler answers at {quoted(self.address)} ({_reason(problem)}).",
                hint="Is it running (`dask scheduler`), is this the address that it printed, and does a firewall let this machine in?",
            ) from problem

    def _check(self) -> None:
        """Refuse a cluster on which a draw would not give what it gives here."""
        start = f"dask worker {self.address} --nworkers -1 --nthreads 1"
        try:
            self._client.wait_for_workers(1, timeout=ANSWER_SECONDS)
        except TimeoutError:
            raise InferenceError(f"the scheduler at {self.address} has no workers.", hint=f"Start some: {start}") from None
        threads = self._client.nthreads()
        if many := [f"{name} has {count}" for name, count in threads.items() if count != 1]:
            raise InferenceError(
                f"a draw takes a worker with one thread; {_few(many)}.",
                hint=f"Start one worker a core: {start}",
            )
        said = {"the scheduler": self._of_scheduler()} | self._client.run(_theirs, on_error="return")
        if wrong := [f"{name} has {found}" for name, theirs in said.items() if (found := _difference(theirs))]:
            raise InferenceError(
                f"the cluster at {self.address} does not run what runs here: {_few(wrong)}.",
                hint="Install the same versions there and start scheduler and workers anew.",
            )
        if loose := [name for name, theirs in said.items() if name in threads and not theirs["one_thread"]]:
            raise InferenceError(
                f"linear algebra may use several threads on {_few(loose)}, and then numbers differ in the last digits.",
                hint=f"Start the workers with a nanny (as usual), or with {ONE_THREAD[0]}=1 in their environment.",
            )

    def _of_scheduler(self) -> Any:
        """What the scheduler runs, which has to know our code to take our tasks."""
        try:
            return self._client.run_on_scheduler(_theirs)
        except Exception as problem:
            return problem

    def stop(self, *, at_once: bool = False) -> None:
        """Leave the cluster, which goes on; what has not begun is dropped, what is being computed there is not waited for."""
        client, self._client, self._sent = self._client, None, None
        if client is not None:
            client.close(timeout=0.5 if at_once else ANSWER_SECONDS)
        for name, level in self._loud.items():
            logging.getLogger(name).setLevel(level)
        self._loud = {}


def _distributed() -> Any:
    """Dask's library, imported when it is needed."""
    try:
        import distributed
    except ImportError:
        raise InferenceError("draws on a cluster need Dask.", hint='Install it: pip install "openparley[cluster]".') from None
    return distributed


def _knock(address: str) -> None:
    """Raise if nobody listens there, or that is no address: a client of Dask that fails so leaves a trace of it on the screen."""
    scheme, _, place = address.rpartition("://")
    host, _, port = place.rpartition(":")
    if scheme not in PROTOCOLS or not host or not port.isdecimal():
        raise ValueError("an address reads tcp://HOST:PORT")
    socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_SECONDS).close()


def _within(seconds: float, make: Callable[[], Any]) -> Any:
    """What is made, unless it takes too long: a client of Dask waits without end for what listens and is no scheduler."""
    found: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            found.put((make(), None))
        except BaseException as problem:
            found.put((None, problem))

    threading.Thread(target=run, daemon=True).start()
    try:
        made, problem = found.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if problem is not None:
        raise problem
    return made


def _reason(problem: Exception) -> str:
    """Why there was no connection, in a few words."""
    if isinstance(problem, ValueError):
        return str(problem)
    return str(getattr(problem, "strerror", None) or "").lower() or "no word of it in time"


def _hush() -> dict[str, int]:
    """Silence Dask's logs, which tell again what we say in one line; the levels that they had."""
    loud = {name: logging.getLogger(name).level for name in LOGS}
    for name in LOGS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return loud


def _few(names: list[str]) -> str:
    """The first names, and how many more there are."""
    return "; ".join(names[:NAMED]) + (f"; and {len(names) - NAMED} more" if len(names) > NAMED else "")


def _table(result: bytes) -> Table:
    """What came back: a table, or what Parley says no to."""
    found = pickle.loads(result)
    if isinstance(found, ParleyError):
        raise found
    return found


@lru_cache(maxsize=1)
def _ours() -> dict[str, str]:
    """What must be the same on both sides; as it was when this process first looked, since it runs that."""
    python = ".".join(platform.python_version_tuple()[:2])
    return {**software(), "python": python, "dask": metadata.version("dask"), "distributed": metadata.version("distributed")}


def _difference(theirs: Any) -> str:
    """What another process has that we have not; nothing if all is the same."""
    if isinstance(theirs, BaseException):
        return f"no usable openparley ({theirs})"
    wanted, found = _ours(), theirs["software"]
    return ", ".join(f"{name} {found.get(name, 'missing')} (here {wanted[name]})" for name in wanted if found.get(name) != wanted[name])


# what follows runs on the workers


def _theirs() -> dict[str, Any]:
    return {"software": _ours(), "one_thread": any(os.environ.get(name) == "1" for name in ONE_THREAD)}


_TURN = threading.Lock()  # a process solves one draw at a time: its tables are reused
_HERE: dict[str, Model] = {}


def _joined_with_other(wanted: Mapping[str, str]) -> InferenceError:
    wrong = [f"{name} {value} (not {wanted.get(name)})" for name, value in _ours().items() if wanted.get(name) != value]
    return InferenceError(
        f"worker {_distributed().get_worker().address} joined with other software: {', '.join(wrong)}.",
        hint="Stop it and run the command again: finished draws are kept.",
    )


def _do(whole: bytes, digest: str, work: bytes, wanted: Mapping[str, str]) -> bytes:
    """One draw. What Parley says no to is handed back as a result, because trying again would not help."""
    with _TURN:
        try:
            # a worker may have joined after the others were asked
            if _ours() != wanted:
                raise _joined_with_other(wanted)
            if digest not in _HERE:
                _HERE.clear()
                _HERE[digest] = pickle.loads(whole)
            job, index, arguments = pickle.loads(work)
            return pickle.dumps(job(_HERE[digest], index, *arguments), protocol=5)
        except ParleyError as problem:
            return pickle.dumps(problem, protocol=5)
