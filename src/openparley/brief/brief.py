"""The brief: from a case, a posterior and a forecast to one file that a reader can check."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openparley._display import Shown
from openparley.brief import words
from openparley.brief.blocks import Section
from openparley.brief.bottom_line import bottom_line
from openparley.brief.changed import Changes, changes, inputs, read_brief
from openparley.brief.content import content_of
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.figures import Drawn
from openparley.brief.lexicon import lexicon
from openparley.brief.lint import (
    case_faults,
    complaints,
    headline_faults,
    page_faults,
    prose_faults,
    trace_faults,
    unrecoverable,
    untraced,
)
from openparley.brief.positions import positions_line
from openparley.brief.render import page
from openparley.brief.sections.accounts import accounts_section
from openparley.brief.sections.assumptions import assumptions_section
from openparley.brief.sections.certificate import certificate_section
from openparley.brief.sections.change import change_section
from openparley.brief.sections.evidence import evidence_section
from openparley.brief.sections.how_to_read import how_to_read_section
from openparley.brief.sections.ledger import ledger_section
from openparley.brief.sections.methods import methods_section
from openparley.brief.sections.outcomes import outcomes_section
from openparley.brief.sections.questions import track_record_section
from openparley.brief.sections.run import run_section
from openparley.brief.sections.sources import sources_section
from openparley.errors import CaseError, ParleyError
from openparley.forecast.forecast import Forecast
from openparley.forecast.questions import Question
from openparley.infer.posterior import Posterior
from openparley.infer.weights import FEWEST_EFFECTIVE
from openparley.record.case import Case
from openparley.record.store import atomic_write

Amend = Callable[[Context, list[Section], dict[str, Any]], tuple[list[Section], dict[str, Any]]]


class BriefError(ParleyError):
    """The page would break one of its own rules; the fault is ours."""

    exit_code = 3


@dataclass(frozen=True)
class BriefPaths:
    """What was written.

    Attributes
    ----------
    charts
        Vega-Lite specification and CSV of each chart.
    """

    html: Path
    json: Path
    charts: tuple[Path, ...]


@dataclass(frozen=True)
class Brief(Shown):
    """A finished brief, not yet written."""

    html: str
    content: dict[str, Any]
    charts: dict[str, str]

    @property
    def data(self) -> bytes:
        """``brief.json`` as it is written."""
        return (json.dumps(self.content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def make_brief(
    case: Case,
    posterior: Posterior,
    forecast: Forecast,
    run: Mapping[str, Any],
    *,
    texts: Path | None = None,
    previous: Path | None = None,
    questions: Sequence[Question] = (),
    amend: Amend | None = None,
) -> Brief:
    """Builds the page and its data; writes nothing.

    Parameters
    ----------
    run
        ``id``, ``seed``, ``version``, ``created``, ``inputs`` (file → SHA-256), ``settings``, ``software`` (package → version).
    texts
        Folder of source texts, matched by hash, so that the words of an entry can be shown and verified.
    previous
        An older ``brief.json`` to compare with.
    questions
        The frozen questions of the case, resolved or open.
    amend
        Has the last say on the sections and the header, such as for a redacted copy.

    Raises
    ------
    BriefError
        If a sentence or the page breaks a rule of `openparley.brief.lint`.
    CaseError
        If the case's own words break one.
    ParleyError
        If ``previous`` is not a brief.
    """
    context = Context(Facts.of(case, texts), posterior, forecast, run, lexicon(case.file.lexicon), tuple(questions))
    compared = changes(inputs(context), read_brief(previous) if previous else None)
    sections, drawn = _sections(context, compared)
    head = _head(context)
    cited = _cited(context, sections, head)
    sections.append(evidence_section(context, cited))
    sections.append(run_section(context))
    sections.append(how_to_read_section(context))
    if amend is not None:
        sections, head = amend(context, sections, head)
    html = page(context, sections, list(context.book.numbers.values()), head, cited)
    content = content_of(context, compared)
    _check(context, html, content)
    charts = {f"{name}.{kind}": text for name, one in drawn.items() for kind, text in (("vl.json", one.specification), ("csv", one.table))}
    return Brief(html, content, charts)


def write_brief(
    case: Case,
    posterior: Posterior,
    forecast: Forecast,
    run: Mapping[str, Any],
    out: Path,
    *,
    texts: Path | None = None,
    previous: Path | None = None,
    questions: Sequence[Question] = (),
) -> BriefPaths:
    """Builds the brief and writes ``brief.html``, ``brief.json`` and ``charts/`` into a folder.

    Parameters
    ----------
    out
        The folder; made if it is not there.

    Returns
    -------
    The paths, each written whole or not at all.
    """
    return save_brief(make_brief(case, posterior, forecast, run, texts=texts, previous=previous, questions=questions), out)


def save_brief(brief: Brief, out: Path) -> BriefPaths:
    """Writes a finished brief into a folder, each file whole or not at all."""
    folder = out / "charts"
    folder.mkdir(parents=True, exist_ok=True)
    charts = tuple(folder / name for name in brief.charts)
    for path, text in zip(charts, brief.charts.values(), strict=True):
        atomic_write(path, text.encode())
    data, html = out / "brief.json", out / "brief.html"
    atomic_write(data, brief.data)
    atomic_write(html, brief.html.encode())
    return BriefPaths(html, data, charts)


def _sections(context: Context, compared: Changes) -> tuple[list[Section], dict[str, Drawn]]:
    found = [bottom_line(context, compared)]
    drawn: dict[str, Drawn] = {}
    for make in (ledger_section, accounts_section, outcomes_section, change_section):
        section, charts = make(context)
        found.append(section)
        drawn |= {one.figure.id.removeprefix("figure-").replace("-", "_"): one for one in charts}
    for section in (sources_section, assumptions_section, methods_section, certificate_section, track_record_section):
        found.append(section(context))
    return found, drawn


def _cited(context: Context, sections: list[Section], head: dict[str, Any]) -> set[str]:
    """Ids of the entries that the page links to, found in the page itself."""
    draft = page(context, sections, list(context.book.numbers.values()), head)
    return set(re.findall(r'href="#([^"]+)"', draft)) & {*context.facts.case.entries, *context.facts.case.course}


def _head(context: Context) -> dict[str, Any]:
    file = context.facts.case.file
    run = context.run
    cutoff = words.day(file.cutoff)
    draws = context.posterior.diagnostics.draws
    quick = f"QUICK LOOK ON {draws} DRAWS · " if draws < FEWEST_EFFECTIVE else ""
    marks = (
        ("FICTIONAL · " if file.fictional else "")
        + quick
        + f"{file.title} · cut-off {cutoff} · run {run.get('id')} · openparley {run.get('version')}"
    )
    return {
        "title": file.title,
        "fictional": file.fictional,
        "question": file.question,
        "positions": positions_line(context),
        "notes": context.facts.unquoted(file.notes),
        "cutoff": cutoff,
        "run": str(run.get("id")),
        "lexicon": context.lexicon.title,
        "running": marks,
    }


def _check(context: Context, html: str, content: Mapping[str, Any]) -> None:
    sentences, facts = context.book.sentences, context.facts
    prose = prose_faults(sentences, context.lexicon, facts.texts, facts.accounts)
    if theirs := case_faults(facts.case) or complaints(prose, facts.case):
        raise CaseError(theirs)
    first = next(sentence for sentence in sentences if sentence.section == "bottom-line")
    found = (
        headline_faults(first)
        + [str(fault) for fault in prose]
        + trace_faults(content)
        + untraced(html, context.book.numbers)
        + unrecoverable(html, content)
        + [fault for fault in page_faults(html) if "the limit is" not in fault]
    )
    if found:
        raise BriefError("The brief breaks its own rules:\n" + "\n".join(found))
