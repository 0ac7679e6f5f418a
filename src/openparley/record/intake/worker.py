"""The process that parses: bytes in, a document out, with a limit on its memory; `sandbox` starts it and ends it.

A page or a PDF can be made to eat all memory, to run for hours or to bring down a parser written in C. Here that costs one
document. Spoken over the pipe: a line of JSON with the length of the data, the data; back comes a line of JSON.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import warnings
from collections.abc import Callable
from typing import Any

from openparley.record.intake.decode import sniff
from openparley.record.intake.document import Document, NotReadable

__all__ = ["main", "parse"]

FORMATS = ("html", "mail", "markdown", "pdf", "plain")


def parse(data: bytes, form: str, declared: str = "", url: str = "") -> Document:
    """Parse by format; content goes before what the file is called.

    Raises
    ------
    NotReadable
        If the data is of no kind that holds a text, or holds none.
    """
    kind = sniff(data)
    if form == "pdf" and kind != "pdf":
        raise NotReadable("not a PDF, in spite of its name.", "Give the file the ending of what it is.")
    if kind == "pdf":
        form = "pdf"
    elif kind == "html" and form == "plain":
        form = "html"
    if form == "html":
        from openparley.record.intake import html as module
    elif form == "mail":
        from openparley.record.intake import mail as module
    elif form == "markdown":
        from openparley.record.intake import markdown as module
    elif form == "pdf":
        from openparley.record.intake import pdf as module
    else:
        from openparley.record.intake import plain as module
    return module.parse(data, declared, url)


def main() -> None:
    """Answer until the pipe is closed."""
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a library prints must not get between the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    _limit(int(sys.argv[1]))
    alarm = _alarm(float(sys.argv[2]))
    while line := asked.readline():
        request = json.loads(line)
        data = asked.read(request.pop("bytes"))
        alarm(True)
        answer = _answer(data, request)
        alarm(False)
        answers.write(json.dumps(answer).encode("ascii") + b"\n")
        answers.flush()


def _answer(data: bytes, request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"document": parse(data, **request).as_json()}
    except NotReadable as error:
        return {"reason": error.reason, "hint": error.hint}
    except MemoryError:
        return {"reason": "reading it takes more memory than is allowed.", "hint": "Save its text as .txt.", "spent": True}
    except RecursionError:
        return {"reason": "it is nested too deeply.", "hint": "Save its text as .txt."}
    except Exception as error:  # whatever a parser stumbles over is the document's fault here, and the next one's turn
        detail = f"{type(error).__name__}: {error}".split("\n")[0][:200]
        return {"reason": f"it cannot be parsed ({detail}).", "hint": "Save its text as .txt."}


def _alarm(seconds: float) -> Callable[[bool], None]:
    """Sets or clears the system's own alarm, which ends this process when nobody is left to end it."""
    if not hasattr(signal, "setitimer"):
        return lambda _: None
    return lambda on: signal.setitimer(signal.ITIMER_REAL, seconds if on else 0.0) and None


def _limit(memory: int) -> None:
    """Bound the memory of this process, where the system can."""
    try:
        import resource
    except ImportError:
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (memory if hard == resource.RLIM_INFINITY else min(memory, hard), hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


if __name__ == "__main__":
    main()
