"""Whether a case holds together, and whether the words it rests on are still the words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openparley.errors import CaseError, Complaint
from openparley.record.case import Case, find_case
from openparley.record.casetoml import ExtraCheck
from openparley.record.entry import Entry, spans_of
from openparley.record.load import load
from openparley.record.sources import Source
from openparley.record.span import ContentSpan, sha256, verify

__all__ = ["Nearest", "TextReport", "UnknownText", "check_case", "check_texts", "match_texts"]

SHINGLE_WORDS = 4
# A text that shares less than this with every source is some other file, not a changed one.
LIKENESS_CUTOFF = 0.2


@dataclass(frozen=True)
class Nearest:
    """The source that a text comes nearest to.

    Attributes
    ----------
    source
        Id of the source.
    how
        By what it was recognised, as a phrase.
    likeness
        Share of what was compared that agrees, 0 to 1.
    verified
        Number of the source's spans that still verify in the text at their offsets.
    """

    source: str
    how: str
    likeness: float
    verified: int


@dataclass(frozen=True)
class UnknownText:
    """A text whose hash no source has."""

    path: Path
    sha256: str
    nearest: Nearest | None
    orphaned: tuple[str, ...]
    not_utf8_at: int | None = None


@dataclass(frozen=True)
class TextReport:
    """What became of the texts in a folder.

    Attributes
    ----------
    matched
        Source id → file with the source's hash.
    texts
        Source id → text, of the matched ones.
    absent
        Sources without a text; not an error, a case can be published without its texts.
    verified
        Number of spans that verify.
    failed
        Entries with a span that does not verify in the very text that was coded, with the reason.
    unknown
        Texts that match no hash.
    """

    matched: Mapping[str, Path]
    texts: Mapping[str, str]
    absent: tuple[str, ...]
    verified: int
    failed: tuple[Complaint, ...]
    unknown: tuple[UnknownText, ...]

    def complaints(self, case: Case) -> list[Complaint]:
        """What is wrong, one complaint a span or text; files that are like no source are not counted as wrong."""
        return [*self.failed, *(_changed(case, found) for found in self.unknown if found.nearest is not None)]


def check_case(name_or_path: str | Path, extra_checks: Sequence[ExtraCheck] = ()) -> list[Complaint]:
    """Everything that is wrong with a case, most likely cause first; empty when it is sound."""
    try:
        return load(find_case(name_or_path), extra_checks).sorted_complaints()
    except CaseError as error:
        return list(error.complaints)


def match_texts(case: Case, folder: Path) -> tuple[dict[str, Path], dict[str, str], list[tuple[Path, bytes]]]:
    """Texts of a folder (or one file) by the hashes of the sources, whatever the files are called.

    Returns
    -------
    Files and texts by source id, and the files that match no source with their content.

    Raises
    ------
    CaseError
        If there is no such folder.
    """
    if not folder.exists():
        raise CaseError(
            Complaint(str(folder), None, None, str(folder), None, "--texts names a folder with the texts.", "there is no such folder.")
        )
    by_hash: dict[str, list[str]] = {}
    for source in case.sources.values():
        by_hash.setdefault(source.text_sha256, []).append(source.id)
    matched: dict[str, Path] = {}
    texts: dict[str, str] = {}
    unknown: list[tuple[Path, bytes]] = []
    files = [folder] if folder.is_file() else sorted(path for path in folder.iterdir() if path.is_file() and _may_be_text(path))
    for path in files:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise CaseError(Complaint(str(path), None, None, None, None, None, f"the text cannot be read: {error.strerror}.")) from None
        names = by_hash.get(sha256(data))
        if names is None:
            unknown.append((path, data))
            continue
        for name in names:
            matched.setdefault(name, path)
            texts.setdefault(name, data.decode("utf-8", errors="replace"))
    return matched, texts, unknown


def _may_be_text(path: Path) -> bool:
    """Whether a file of a folder of texts is meant as one: neither hidden nor the original that a text was taken from."""
    return not path.name.startswith(".") and ".original." not in path.name


def check_texts(case: Case, folder: Path | None = None) -> TextReport:
    """Verify every span against the texts in a folder and in the case: exact or orphaned, never by likeness.

    Parameters
    ----------
    folder
        Where the texts are; None for those in the case alone.
    """
    matched, texts, rest = match_texts(case, folder) if folder is not None else ({}, {}, [])
    for name, text in case.texts.items():
        if name not in texts:
            matched[name], texts[name] = case.root / "texts" / f"{name}.txt", text
    verified = 0
    failed: list[Complaint] = []
    for entry in case.entries.values():
        if entry.source not in texts:
            continue
        for span in spans_of(entry):
            if verify(span, texts[entry.source]):
                verified += 1
            else:
                failed.append(_failed(case, entry, span, texts[entry.source]))
    absent = tuple(name for name in case.sources if name not in texts)
    return TextReport(matched, texts, absent, verified, tuple(failed), tuple(_unknown(case, path, data, texts) for path, data in rest))


def _failed(case: Case, entry: Entry, span: ContentSpan, text: str) -> Complaint:
    file, line = case.places[entry.id]
    found = sha256(text[span.start : span.end])
    message = f"the words at {span.start}–{span.end} of {entry.source} have SHA-256 {found}, not {span.sha256}."
    return Complaint(file, line, entry.id, span.sha256, found, "The offsets or the hash in this line are wrong.", message)


def _unknown(case: Case, path: Path, data: bytes, texts: Mapping[str, str]) -> UnknownText:
    """A text without a source: which one it comes nearest to and which entries lose their words in it."""
    broken = None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        broken = error.start
        text = data.decode("utf-8", errors="replace")
    nearest = _nearest(case, text, texts)
    orphaned: tuple[str, ...] = ()
    if nearest is not None:
        orphaned = tuple(entry.id for entry in _of(case, nearest.source) if not all(verify(span, text) for span in spans_of(entry)))
    return UnknownText(path, sha256(data), nearest, orphaned, broken)


def _of(case: Case, source: str) -> list[Entry]:
    return [entry for entry in case.entries.values() if entry.source == source]


def _nearest(case: Case, text: str, texts: Mapping[str, str]) -> Nearest | None:
    """The nearest source by spans at their offsets, else by spans moved together, else by first words, else by shared wording."""
    candidates = [found for source in case.sources.values() for found in _likenesses(case, source, text, texts)]
    best = max(candidates, key=lambda found: (found[0], found[1].likeness), default=None)
    return None if best is None else best[1]


def _likenesses(case: Case, source: Source, text: str, texts: Mapping[str, str]) -> Iterator[tuple[int, Nearest]]:
    """Ways in which a text is like a source, the surer the higher the number."""
    spans = [span for entry in _of(case, source.id) for span in spans_of(entry)]
    here = sum(verify(span, text) for span in spans)
    if here:
        yield 3, Nearest(source.id, f"{here} of {len(spans)} spans still verify at their offsets", here / len(spans), here)
    # One insertion or deletion moves everything behind it by the difference in length.
    shift = len(text) - source.chars
    moved = sum(_verify_at(span, text, shift) for span in spans) if shift else 0
    if moved:
        how = f"{moved} of {len(spans)} spans verify when moved by {shift:+d}"
        yield 3, Nearest(source.id, how, moved / len(spans), here)
    heads = {entry.span.head for entry in _of(case, source.id) if len(entry.span.head.split()) > 1}
    plain = " ".join(text.split())
    share = sum(head in plain for head in heads) / len(heads) if heads else 0.0
    if share >= LIKENESS_CUTOFF:
        yield 2, Nearest(source.id, f"the first words of {share:.0%} of its spans occur in it", share, here)
    known = texts.get(source.id)
    shared = _shared(text, known) if known is not None else 0.0
    if shared >= LIKENESS_CUTOFF:
        yield 1, Nearest(source.id, f"{shared:.0%} of its runs of {SHINGLE_WORDS} words occur in the source", shared, here)


def _verify_at(span: ContentSpan, text: str, shift: int) -> bool:
    start, end = span.start + shift, span.end + shift
    return start >= 0 and verify(span.model_copy(update={"start": start, "end": end}), text)


def _shared(text: str, other: str) -> float:
    """Share of a text's runs of words that another text has too."""
    mine, theirs = _shingles(text), _shingles(other)
    return len(mine & theirs) / len(mine) if mine else 0.0


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = text.split()
    return {tuple(words[start : start + SHINGLE_WORDS]) for start in range(len(words) - SHINGLE_WORDS + 1)}


def _changed(case: Case, found: UnknownText) -> Complaint:
    """The complaint about a text that looks like a source and is not it."""
    if found.nearest is None:
        raise AssertionError("only texts with a nearest source are complained about")
    source = case.sources[found.nearest.source]
    total = len(_of(case, source.id))
    orphans = f"{', '.join(found.orphaned)} ({len(found.orphaned)} of its {total} entries)" if found.orphaned else "no entry"
    broken = "" if found.not_utf8_at is None else f" It is not UTF-8 at byte {found.not_utf8_at + 1}."
    message = (
        f"the text matches no source: its SHA-256 is {found.sha256}. It comes nearest to {source.id} ({found.nearest.how}), "
        f"which has SHA-256 {source.text_sha256}. Orphaned there: {orphans}.{broken}"
    )
    hint = "Restore the text as it was coded, or code this one as a source of its own."
    return Complaint(str(found.path.name), None, source.id, found.sha256, source.text_sha256, hint, message, noun="source")
