"""Builds the copy, looks for what should not be in it, and only then writes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openparley.brief.blocks import Block, Evidence, EvidenceList, Fold, Prose, Section, Table
from openparley.brief.brief import Brief, BriefPaths, make_brief, save_brief
from openparley.brief.changed import inputs, read_brief
from openparley.brief.cite import Link
from openparley.brief.context import Context
from openparley.brief.facts import Facts
from openparley.brief.lexicon import lexicon
from openparley.brief.redact.check import VERBATIM, Checker, Finding, Secrets, phrases, runs_of, without
from openparley.brief.redact.duplicate import TITLE, Duplicate
from openparley.brief.redact.fold import tokens
from openparley.brief.redact.folders import MARK, RedactionError, refuse_folder, refuse_others
from openparley.brief.redact.names import plain_words
from openparley.brief.redact.roles import analysts, quoted_words, table_of
from openparley.brief.redact.views import all_segments
from openparley.forecast.forecast import Forecast
from openparley.forecast.questions import Question
from openparley.infer.posterior import Posterior
from openparley.record.case import Case
from openparley.record.entry import spans_of

SHOWN = 40  # findings in a message
SHORTEST_QUOTE = 3
FIRST = "This is the first redacted copy in its folder; there is no earlier one to compare with."


@dataclass(frozen=True)
class RedactedPaths:
    """What was written, and what the check cannot know.

    Attributes
    ----------
    replaced
        Name → role, for the owner.
    unlooked
        Names made of words that the page itself uses, which the check could not look for.
    unread
        Sources whose text was not at hand, so that their words could not be looked for.
    withheld
        Entries whose paraphrase was left out, because it repeats words of a text.
    """

    paths: BriefPaths
    replaced: Mapping[str, str]
    unlooked: tuple[str, ...]
    unread: tuple[str, ...]
    withheld: tuple[str, ...]


@dataclass(frozen=True)
class Redacted:
    """A copy that has passed the check, not yet written."""

    brief: Brief
    checker: Checker
    duplicate: Duplicate


def redacted_brief(
    case: Case,
    posterior: Posterior,
    forecast: Forecast,
    run: Mapping[str, Any],
    *,
    names: Mapping[str, str] | None = None,
    allow: Iterable[str] = (),
    texts: Path | None = None,
    previous: Path | None = None,
    questions: Sequence[Question] = (),
) -> Redacted:
    """Builds the copy and checks the bytes of all of its files.

    Parameters
    ----------
    names
        Names and roles beside those that the case lists.
    allow
        Words that may stand although the check does not know them.
    texts
        Folder of source texts: their words are looked for in the copy.
    previous
        ``brief.json`` of an older redacted copy to compare with.

    Raises
    ------
    RedactionError
        With every finding, if a name, a quotation, a hash, an address or a word that may be a name is left.
    """
    more = dict(names or {})
    table = table_of(case, more, allow, questions)
    stored = Facts.of(case, texts).texts
    made = [Duplicate(case, table, more, stored, blank=blank) for blank in (False, True)]
    copy, own = (_built(one, posterior, forecast, run, None if one.blank else previous, questions) for one in made)
    terms = lexicon(case.file.lexicon)
    printed = terms.title, terms.source
    checker = Checker(
        _secrets(made[0], run),
        without(all_segments(files_of(own)), printed),
        made[0].written,
        (*(name.role for name in table.names), *made[0].roles.values()),
        printed,
    )
    files = files_of(copy)
    refuse(checker.leaks(files), checker.leftovers(files))
    return Redacted(copy, checker, made[0])


def write_redacted(
    case: Case, posterior: Posterior, forecast: Forecast, run: Mapping[str, Any], out: Path, *, names: Mapping[str, str] | None = None,
    allow: Iterable[str] = (), texts: Path | None = None, questions: Sequence[Question] = (),
) -> RedactedPaths:  # fmt: skip
    """Builds, checks and writes the copy; nothing is written unless the check passes.

    Raises
    ------
    RedactionError
        As `redacted_brief`, and if the folder holds anything but an older redacted copy.
    """
    refuse_folder(out, redact=True)
    older = out / "brief.json" if (out / "brief.json").exists() else None
    done = redacted_brief(
        case, posterior, forecast, run, names=names, allow=allow, texts=texts, previous=older, questions=questions
    )  # fmt: skip
    refuse_others(out, set(files_of(done.brief)))
    duplicate = done.duplicate
    paths = save_brief(done.brief, out)
    replaced = {name.text: name.role for name in duplicate.names.names}
    unread = tuple(id for id in case.sources if id not in duplicate.texts)
    return RedactedPaths(paths, replaced, done.checker.unlooked, unread, tuple(duplicate.withheld))


def files_of(brief: Brief) -> dict[str, bytes]:
    """The files of a brief by name, as they are written."""
    return {
        **{f"charts/{name}": text.encode() for name, text in brief.charts.items()},
        "brief.json": brief.data,
        "brief.html": brief.html.encode(),
    }


def refuse(leaks: Sequence[Finding], leftovers: Sequence[Finding]) -> None:
    """Says what is left.

    Raises
    ------
    RedactionError
        If anything is.
    """
    if not (leaks or leftovers):
        return
    lines = [f"The copy was not written: {len(leaks)} places tell what they must not, {len(leftovers)} hold a word that may be a name."]
    lines += [str(one) for one in leaks[:SHOWN]]
    grouped: dict[str, list[Finding]] = {}
    for one in leftovers:
        grouped.setdefault(one.what, []).append(one)
    lines += [f"“{word}” {len(found)} ×, first: {found[0].where}: … {found[0].context} …" for word, found in list(grouped.items())[:SHOWN]]
    hidden = max(0, len(leaks) - SHOWN) + max(0, len(grouped) - SHOWN)
    lines += [f"… and {hidden} more."] if hidden else []
    hint = "Give each a role with --redact-names FILE (columns name,role), or let a harmless word stand with --redact-allow WORD."
    raise RedactionError("\n".join(lines), hint=hint)


def _secrets(made: Duplicate, run: Mapping[str, Any]) -> Secrets:
    """What is looked for: names, words of texts and of paraphrases with names in them, hashes, files."""
    case = made.case
    stored = [(f"words of {id}", text) for id, text in made.texts.items()]
    quoted = [(f"words quoted in {id}", text) for id, text in quoted_words(case)]
    for entry in case.entries.values():
        if text := made.texts.get(entry.source):
            quoted += [(f"words of {entry.source}", text[span.start : span.end]) for span in spans_of(entry)[1:]]
    paraphrased = runs_of(((f"the paraphrase of {id}", entry.paraphrase) for id, entry in case.entries.items()), VERBATIM)
    kept = runs_of((("", text) for text in made.written), VERBATIM)
    runs = {run: whose for run, whose in paraphrased.items() if run not in kept}
    runs |= phrases(quoted, SHORTEST_QUOTE) | runs_of([*stored, *quoted], VERBATIM)
    hashes = {row.text_sha256: f"the text of {id}" for id, row in case.sources.items()}
    hashes |= {span.sha256: f"words of {entry.id}" for entry in case.entries.values() for span in spans_of(entry)}
    hashes |= {str(value): f"the file {name}" for name, value in {**case.digest(), **dict(run.get("inputs", {}))}.items()}
    hashes |= {made.facts.digest(entry): f"the entry {entry.id}" for entry in case.entries.values()}
    known = plain_words() | {id.lower() for id in (*case.sources, *case.entries)}
    stems = {Path(name).stem for name in (*case.digest(), *run.get("inputs", {}), *made.file_names)}
    stems = {stem for stem in (*stems, case.root.name) if not set(tokens(re.sub(r"[_-]+", " ", stem))) <= known}
    return Secrets(
        made.names, runs, hashes, tuple(sorted(stem for stem in {*stems, case.name} if len(stem) > 2)), case.file.title, frozenset(known)
    )


def _built(
    made: Duplicate, posterior: Posterior, forecast: Forecast, run: Mapping[str, Any], previous: Path | None, questions: Sequence[Question]
) -> Brief:
    """The page of a copy, marked as one."""
    copied = made.copied()

    def amend(context: Context, sections: list[Section], head: dict[str, Any]) -> tuple[list[Section], dict[str, Any]]:
        note = _statement(context)
        marked = f"REDACTED COPY of run {run.get('id')}"
        running = head["running"].replace(f"{TITLE} · ", "")
        head = {
            **head,
            "title": f"Redacted copy of the brief of run {run.get('id')}",
            "notes": " ".join(note),
            "running": f"{marked} · {running}",
        }
        return [*(_amended(section, context) for section in sections)], head

    told = made.value(posterior), made.value(forecast), made.run(run)
    asked = tuple(made.question(question, analysts(questions)) for question in questions)
    with TemporaryDirectory() as folder:
        older = _comparable(previous, Path(folder), copied, told) if previous else None
        brief = make_brief(copied, *told, previous=older, questions=asked, amend=amend)
    return replace(brief, content=_content(brief.content))


def _comparable(previous: Path, folder: Path, copied: Case, told: tuple[Posterior, Forecast, dict[str, Any]]) -> Path:
    """An older copy with the digests that no copy holds, taken as unchanged."""
    content = read_brief(previous)
    now = inputs(Context(Facts.of(copied), *told, lexicon(copied.file.lexicon)))
    old = content.get("inputs", {})
    for id, entry in old.get("entries", {}).items():
        entry["digest"] = now["entries"].get(id, {}).get("digest")
    old.setdefault("settings", {})["model"] = now["settings"]["model"]
    path = folder / "brief.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def _statement(context: Context) -> tuple[str, ...]:
    """What was done to the copy and what it cannot hide."""
    return (
        "This is a redacted copy: roles stand for names, letters for outlets and origins.",
        "Quotations, titles, addresses, offsets, hashes and notes are left out.",
        f"Dates, numbers and ids are those of the original; run {context.run.get('id')} and the ids lead its owner back to it.",
        "What happened, when, and how it is told may still tell a reader who knows the dispute whom it is about.",
    )


def _amended(section: Section, context: Context) -> Section:
    return replace(section, blocks=tuple(_block(block, context) for block in section.blocks))


def _block(block: Block, context: Context) -> Block:
    """Evidence without offsets, hashes and quotations; the row of a source without what its name repeats."""
    if isinstance(block, EvidenceList):
        return replace(block, items=tuple(_evidence(item, context) for item in block.items))
    if isinstance(block, Fold):
        return replace(block, blocks=tuple(_block(one, context) for one in block.blocks))
    if isinstance(block, Prose) and block.style == "changed":
        return replace(block, sentences=tuple(_first(sentence, context) for sentence in block.sentences))
    if isinstance(block, Table) and block.anchors and block.anchors == tuple(context.facts.case.sources):
        rows = tuple((row[0], (_outlet(context, id),), *row[2:]) for id, row in zip(block.anchors, block.rows, strict=True))
        return replace(block, rows=rows)
    return block


def _outlet(context: Context, source: str) -> str:
    """“outlet A” of “source S01 (outlet A, news report, grade B)”."""
    return context.facts.case.sources[source].outlet.partition("(")[2].partition(",")[0]


def _first(sentence: Any, context: Context) -> Any:
    """That there is no earlier copy is not to say that there is no earlier brief."""
    if not sentence.text.startswith("This is the first brief"):
        return sentence
    changed = replace(sentence, parts=(FIRST,))
    context.book.sentences[context.book.sentences.index(sentence)] = changed
    return changed


def _evidence(item: Evidence, context: Context) -> Evidence:
    entry = context.facts.case.entries.get(item.id)
    if entry is None:
        return item
    row = context.facts.case.sources[entry.source]
    source = (Link(row.id, row.outlet.removeprefix("source ")),)
    facts = tuple((name, source if name == "source" else cell) for name, cell in item.facts if name != "at")
    credible = context.facts.case.credibility.get(item.id)
    grade = f"grade {row.reliability}" if row.reliability else "source not graded"
    grade += f" · {credible}" if credible else ""
    state = f"{item.quote_state}; paraphrase, {grade}" if item.quote else f"Paraphrase, {grade}"
    return replace(item, quote="", quote_state=state, facts=facts)


def _content(content: dict[str, Any]) -> dict[str, Any]:
    """The data without what could be compared with the files of a public case."""
    known = content["inputs"]
    known["entries"] = {id: {**entry, "digest": None} for id, entry in known["entries"].items()}
    known["settings"] = {**known["settings"], "model": None}
    return {**content, MARK: {"of_run": content["run"].get("id")}}
