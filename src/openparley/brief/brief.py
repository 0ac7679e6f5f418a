"""The brief: from a case, a posterior and a forecast to one file that a reader can check."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openparley._display import Shown
from openparley.brief import words
from openparley.brief.blocks import Block, Fold, Prose, Section, Table, text_cells
from openparley.brief.bottom_line import bottom_line
from openparley.brief.changed import Changes, changes, inputs, read_brief
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
from openparley.brief.render import page
from openparley.brief.sections.accounts import accounts_section
from openparley.brief.sections.assumptions import assumptions_section
from openparley.brief.sections.certificate import certificate_section
from openparley.brief.sections.change import change_section
from openparley.brief.sections.evidence import evidence_section
from openparley.brief.sections.ledger import ledger_section
from openparley.brief.sections.methods import methods_section
from openparley.brief.sections.outcomes import outcomes_section
from openparley.brief.sections.questions import track_record_section
from openparley.brief.sections.run import run_section
from openparley.brief.sections.sources import sources_section
from openparley.brief.watched import watched
from openparley.errors import CaseError, ParleyError
from openparley.forecast.forecast import Forecast
from openparley.forecast.questions import Question
from openparley.infer.left_out import notes
from openparley.infer.posterior import Estimate, Posterior, WithoutIt
from openparley.infer.weights import FEWEST_EFFECTIVE
from openparley.record.case import Case
from openparley.record.store import atomic_write

SCHEMA = 1
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
    sections.append(_how_to_read(context))
    if amend is not None:
        sections, head = amend(context, sections, head)
    html = page(context, sections, list(context.book.numbers.values()), head, cited)
    content = _content(context, compared)
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
        "notes": context.facts.unquoted(file.notes),
        "cutoff": cutoff,
        "run": str(run.get("id")),
        "lexicon": context.lexicon.title,
        "running": marks,
    }


def _how_to_read(context: Context) -> Section:
    """What the words and marks mean."""
    terms, book = context.lexicon, context.book
    said = [sentence for sentence in book.sentences if sentence.section == "how-to-read"]

    def say(text: str) -> None:
        said.append(book.say("how-to-read", "assumed", text))

    say(
        "The word beside each sentence says what it is: reported by a source, assumed in the "
        "case, computed from both, or judged by a person."
    )
    say(
        "One word for a probability prints the range of the word; two words print the range of the "
        "number itself, which touches more than one band."
    )
    say("Every range is equal-tailed, and the trace of a number says what it is a range over.")
    say(
        "A number whose Monte Carlo error exceeds a point is rounded to five points; a "
        "difference may then not be that of the rounded values."
    )
    say("Statements under an account are about the player in the model, never about what a person has in mind.")
    if not terms.checked:
        say("The bands of this list were taken from secondary pages and have not been compared with the publication.")
    blocks: list[Block] = [Prose(tuple(said))]
    if terms.terms:
        rows = tuple(text_cells(term.word, term.range) for term in terms.terms)
        blocks.append(Table(f"{terms.title}. Source: {terms.source}", text_cells("Term", "Stands for"), rows))
    return Section("how-to-read", "How to read this", (Fold("Terms, ranges and marks", tuple(blocks)),))


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


def _content(context: Context, compared: Changes) -> dict[str, Any]:
    posterior, forecast = context.posterior, context.forecast
    book = context.book
    content = {
        "schema": SCHEMA,
        "case": context.facts.case.file.name,
        "run": dict(context.run),
        "sentences": [sentence.as_json() for sentence in book.sentences],
        "numbers": {id: number.as_json() for id, number in book.numbers.items()},
        "accounts": {
            actor: {
                label: {
                    "name": context.facts.account_name(label),
                    "prior": float(path.prior[label]),
                    "now": _estimate(path.now[label]),
                    "share": [float(value) for value in path.share[:, k]],
                    "low": [float(value) for value in path.low[:, k]],
                    "high": [float(value) for value in path.high[:, k]],
                }
                for k, label in enumerate(path.labels)
            }
            for actor, path in posterior.accounts.items()
        },
        "outcomes": {
            id: {
                "name": context.outcome_name(id),
                "headline": id == context.headline,
                "by": forecast.weeks[-1].end.isoformat(),
                "prior": _estimate(outcome.prior),
                "at_horizon": _estimate(outcome.at_horizon),
                "by_week": [_estimate(estimate) for estimate in outcome.by_week],
                "by_account": {
                    actor: {label: _estimate(one) for label, one in under.items()} for actor, under in outcome.by_account.items()
                },
            }
            for id, outcome in forecast.outcomes.items()
        },
        "levers": {
            id: {
                "name": lever.name,
                "pulls": lever.pulls,
                "actor": lever.actor,
                "effects": {
                    outcome: {
                        "without": _estimate(effect.without),
                        "with": _estimate(effect.with_lever),
                        "difference": _estimate(effect.difference),
                    }
                    for outcome, effect in lever.effects.items()
                },
                "gains": {actor: _estimate(gain) for actor, gain in lever.gains.items()},
            }
            for id, lever in forecast.levers.items()
        },
        "fit": {key: getattr(posterior.fit, key) for key in posterior.fit.__dataclass_fields__},
        "certificate": dict(posterior.certificate)
        | {key: getattr(posterior.diagnostics, key) for key in posterior.diagnostics.__dataclass_fields__}
        | {"status": posterior.status},
        **watched(context),
        "left_out": {result.variant.id: _left_out(result) for result in posterior.left_out},
        "what_changed": compared.as_json(),
        "inputs": inputs(context),
        "chronology": list(context.facts.case.course),
        "reviewers": sorted({review.by for review in context.facts.case.reviews}),
    }
    return _finite(content)


def _left_out(result: WithoutIt) -> dict[str, Any]:
    """The accounts without an outlet, an origin or what else was left out; none where nothing changes."""
    accounts = result.accounts if result.variant.changes else {}
    return {
        "changes": result.variant.changes,
        "impossible": result.impossible,
        "accounts": {actor: {label: _estimate(now) for label, now in shares.items()} for actor, shares in accounts.items()},
        "change": {actor: dict(result.change[actor]) for actor in accounts},
        "effective_draws": result.effective_draws,
        "k_hat": result.k_hat,
        "odds_as_range": result.odds_as_range,
        "notes": list(notes(result)),
    }


def _finite(value: Any) -> Any:
    """JSON has no word for what is not a number: null."""
    if isinstance(value, Mapping):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {key: getattr(estimate, key) for key in estimate.__dataclass_fields__}
