"""Every example runs with `--quick`, as a script and cell by cell as a notebook would, and the docs name it."""

import ast
import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

from openparley._display import Shown
from openparley.forecast import fitting
from scripts import examples
from tests.brief.notebook_samples import fitted

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
SOLVES = {"strait_talks.py"}  # eight draws of the whole game


def marked(path: Path) -> Any:
    return pytest.param(path, id=path.stem, marks=[pytest.mark.long] if path.name in SOLVES else [])


def shown(cell: str, names: dict[str, Any]) -> Any:
    """Runs a cell; what its last line evaluates to, as a notebook has it."""
    body = ast.parse(cell).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last is not None else None


@pytest.mark.parametrize("path", [marked(path) for path in EXAMPLES])
def test_cells_show_results_and_tables_with_rows(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [path.name, "--quick"])
    names: dict[str, Any] = {"__name__": "notebook"}
    with contextlib.chdir(tmp_path):
        found = [shown(code, names) for is_text, code in examples.cells(path.read_text(encoding="utf-8")) if not is_text]
    results = [one for one in found if isinstance(one, Shown)]
    frames = [one for one in found if isinstance(one, pd.DataFrame | pd.Series)]
    assert results
    assert frames
    assert all(ElementTree.fromstring(one._repr_html_()).tag == "section" for one in results)
    assert all(len(one) > 0 for one in frames)


@pytest.mark.long
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_runs_as_a_script(path: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", str(path), "--quick"]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_example_is_a_page_that_is_current_and_linked() -> None:
    assert EXAMPLES
    assert [path.name for path, text in examples.pages().items() if not path.exists() or path.read_text(encoding="utf-8") != text] == []
    assert {path.name for path in examples.PAGES.glob("*.md")} == {path.name for path in examples.pages()}
    for name in ("how-to/use-in-a-notebook.md", "index.md"):
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert [path.name for path in examples.pages() if f"examples/{path.name})" not in text] == []


def test_code_on_the_page_about_notebooks_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a finished run in the place of the fit, which the long tests make."""
    text = (ROOT / "docs" / "how-to" / "use-in-a-notebook.md").read_text(encoding="utf-8")
    monkeypatch.setattr(fitting, "fit", lambda case, engine: fitted(tmp_path, case))
    names: dict[str, Any] = {}
    found = [shown(code, names) for code in re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)]
    assert [type(one).__name__ for one in found] == ["Case", "Fitted", "DataFrame", "DataFrame"]
    assert all(len(one) > 0 for one in found[2:])


def test_cells_of_text_and_code_are_told_apart() -> None:
    script = "# %% [markdown]\n# # Head\n#\n# Words.\n\n# %%\nx = 1\n\nx\n"
    assert list(examples.cells(script)) == [(True, "# Head\n\nWords."), (False, "x = 1\n\nx")]
    with pytest.raises(ValueError, match="begins with a cell"):
        list(examples.cells("import os\n# %%\n"))
