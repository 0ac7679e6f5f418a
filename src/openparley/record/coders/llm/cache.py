"""Answers kept on disk, so that reading can go on where it stopped and costs nothing twice."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from openparley.record.span import sha256
from openparley.record.store import atomic_write

__all__ = ["FOLDER", "Cache"]

FOLDER = Path("cache") / "llm"


class Cache:
    """One file an answer, named by the hash of everything that was asked.

    Parameters
    ----------
    folder
        Where the files are; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.damaged: list[str] = []
        self._lock = threading.Lock()

    @staticmethod
    def key(asked: Any) -> str:
        """Hash of what was asked: model, settings, prompt, paragraph, schema."""
        return sha256(json.dumps(asked, sort_keys=True, ensure_ascii=True))

    def get(self, key: str) -> str | None:
        """The answer, or None; a damaged file is noted and counts as none."""
        if self.folder is None:
            return None
        path = self._path(key)
        try:
            row = json.loads(path.read_bytes())
            if row["key"] == key and sha256(row["answer"]) == row["sha256"]:
                return row["answer"]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            reason = type(error).__name__
        else:
            reason = "the hash does not fit"
        with self._lock:
            self.damaged.append(f"{FOLDER.as_posix()}/{path.parent.name}/{path.name}: damaged ({reason}), asked anew.")
        return None

    def put(self, key: str, answer: str) -> None:
        """Keep an answer; it is on disk when this returns."""
        if self.folder is None:
            return
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        ignore = self.folder / ".gitignore"
        if not ignore.exists():
            # Answers quote the texts, which need not be free to publish.
            atomic_write(ignore, b"*\n")
        row = {"key": key, "sha256": sha256(answer), "answer": answer}
        atomic_write(path, json.dumps(row, ensure_ascii=False).encode("utf-8"))

    def _path(self, key: str) -> Path:
        folder = Path() if self.folder is None else self.folder
        return folder / key[:2] / f"{key[2:]}.json"
