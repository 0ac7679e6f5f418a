"""The child process that fits a case for the app and tells its progress on standard output, one object of JSON a line."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from openparley.errors import ParleyError

SEED = 20250529  # the seed of `parley fit`, so that its finished draws are used


def say(event: str, **more: Any) -> None:
    """One message to the server."""
    print(json.dumps({"event": event, **more}, ensure_ascii=False), flush=True)


def main(arguments: list[str]) -> int:
    """Fit CASE into RUNS with DRAWS draws and write its brief into the run's folder."""
    root, runs, draws = Path(arguments[0]), Path(arguments[1]), int(arguments[2])
    threading.Thread(target=_end_with_the_server, daemon=True).start()
    try:
        say("progress", stage="reading the case", done=0, total=0)
        run, status = fit_and_write(root, runs, draws)
    except ParleyError as error:
        say("failed", message=str(error))
        return 1
    say("done", run=run, status=status)
    return 0


def fit_and_write(root: Path, runs: Path, draws: int) -> tuple[str, str]:
    """The run's id and status. What computes is imported here: until then, the process can already say that it has begun."""
    from openparley.brief.brief import write_brief
    from openparley.brief.lexicon import lexicon
    from openparley.forecast.fitting import fit
    from openparley.forecast.questions import questions_path, read_questions
    from openparley.infer.check import check_model
    from openparley.infer.engine import AdaptiveImportance
    from openparley.infer.model import check_numbers
    from openparley.record.case import open_case

    case = open_case(root, extra_checks=(check_model, check_numbers))
    fitted = fit(
        case, runs, engine=AdaptiveImportance(draws=draws, seed=SEED), edges=lexicon(case.file.lexicon).edges,
        progress=lambda stage, done, total: say("progress", stage=stage, done=done, total=total),
    )  # fmt: skip
    say("progress", stage="writing the brief", done=0, total=1)
    folder = fitted.folder / "brief"
    folder.mkdir(exist_ok=True)
    texts = root / "texts"
    write_brief(
        case, fitted.posterior, fitted.forecast, fitted.run, folder, texts=texts if texts.is_dir() else None,
        questions=read_questions(questions_path(case)),
    )  # fmt: skip
    return str(fitted.run["id"]), str(fitted.run["status"])


def _end_with_the_server() -> None:
    """Standard input closes when the server is gone, however it went; then nobody waits for this work."""
    sys.stdin.read()
    if hasattr(os, "killpg"):
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
