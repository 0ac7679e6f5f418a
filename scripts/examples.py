"""Write a page of the docs for every example: `python -m scripts.examples`, or `--check` to be told what is stale.

An example is a Python script in the percent format: `# %%` begins a cell of code, `# %% [markdown]` one of text in comments.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES, PAGES = ROOT / "examples", ROOT / "docs" / "examples"
MARK, TEXT = "# %%", "[markdown]"
NOTICE = "<!-- Written by `python -m scripts.examples`; change the example, not this page. -->"


def main(arguments: Sequence[str]) -> int:
    """Write what is stale, or with ``--check`` name it and return 1."""
    if set(arguments) - {"--check"}:
        print("usage: python -m scripts.examples [--check]", file=sys.stderr)
        return 2
    stale = {path: text for path, text in pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text}
    for path, text in stale.items():
        if "--check" in arguments:
            print(f"{path.relative_to(ROOT)} is stale; run `python -m scripts.examples`.")
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"Wrote {path.relative_to(ROOT)}.")
    return 1 if stale and "--check" in arguments else 0


def pages() -> dict[Path, str]:
    """Every page as it ought to be."""
    return {PAGES / f"{path.stem.replace('_', '-')}.md": page(path) for path in sorted(EXAMPLES.glob("*.py"))}


def page(path: Path) -> str:
    """Text as it is, code in fences, and where the script lies."""
    parts = [NOTICE]
    for is_text, body in cells(path.read_text(encoding="utf-8")):
        parts.append(body if is_text else f"```python\n{body}\n```")
    parts.append(f"The script, which any notebook opens: [`examples/{path.name}`](../../examples/{path.name}).")
    return "\n\n".join(parts) + "\n"


def cells(script: str) -> Iterator[tuple[bool, str]]:
    """Whether each cell is text, and what is in it."""
    head, *parts = script.split(MARK)
    if head.strip():
        raise ValueError(f"an example begins with a cell ({MARK}); found {head.strip()[:40]!r}.")
    for part in parts:
        first, _, body = part.partition("\n")
        lines = body.strip().splitlines()
        is_text = TEXT in first
        yield is_text, "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines) if is_text else "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
