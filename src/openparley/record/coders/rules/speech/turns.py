"""Layer 2a, transcripts: the turns of an interview, a briefing, a press conference, by the labels that stand before them."""

from __future__ import annotations

import re
from typing import NamedTuple

from openparley.record.coders.rules.actors.world import words
from openparley.record.coders.rules.article import Article

__all__ = ["Turn", "find_turns", "is_answer", "is_question"]


class Turn(NamedTuple):
    """What somebody says in a transcript, in one paragraph: the label, the words, and whether the label stands in an earlier paragraph."""

    label_start: int
    label_end: int
    start: int
    end: int
    continued: bool


_QUESTION = (
    r"Q|QUESTION|Question|REPORTERS?|Reporters?|JOURNALISTS?|Journalists?|INTERVIEWER|Interviewer"
    r"|PRESS|Press|CORRESPONDENT|Correspondent"
)
_ANSWER = r"A|ANSWER|Answer|REPLY|Reply"
_NAME = r"(?:[A-Z][\w.'-]*|[a-z]'[A-Z]\w+)"
_BETWEEN = r"(?:of|the|to|for|and|in|on|at|de|del|da|di|von|van|der|al|el|bin|ibn|la|le)"
_ASIDE = r"(?: ?[(\[][^)\]\n]{1,80}[)\]])"
_BOLD = r"[*_]{0,3}"
# What may stand before a label: a mark of a list, a time.
_AHEAD = r"(?:[-—•>] ?)?(?:[\[(]?\d{1,2}:\d{2}(?::\d{2})?[\])]? ?-? ?)?"
_LABEL = re.compile(
    rf"{_AHEAD}{_BOLD}(?P<label>(?:(?:{_QUESTION})(?: ?(?:No\. ?)?\d{{1,3}})?(?:[,-] ?{_NAME}(?: {_NAME}){{0,4}})?|(?:{_ANSWER}) ?\d{{0,3}}"
    rf"|(?:\d+(?:st|nd|rd|th) )?{_NAME}(?:,? (?:{_NAME}|{_BETWEEN}|\d{{1,2}})){{0,9}}){_ASIDE}?){_BOLD} ?:{_BOLD}(?=\s|$)"
)
# “Q. Why?”, “A. Because”: a full stop or nothing but space behind the letter.
_LETTER = re.compile(rf"{_BOLD}(?P<label>[QA] ?\d{{0,3}})(?:[.)]{_BOLD}(?=\s)|{_BOLD}(?=\s{{2,}}|\t| —))")
# “MR DOREN — We …”: capitals and a dash.
_CAPITALS = r"[A-Z][A-Z.'-]+"
_DASH = re.compile(rf"{_BOLD}(?P<label>{_CAPITALS}(?:,? (?:{_CAPITALS}|OF|THE)){{0,7}}{_ASIDE}?){_BOLD} ?[—-]{_BOLD}(?= )")
# What a line may be headed with that is nobody's label.
_HEADINGS = words(
    "date time place venue location subject topic re from to cc title note notes source sources present participants attendees "
    "summary background contact contacts photo caption video watch read listen more update updated correction tags keywords "
    "transcript agenda editor's published duration reference ref document language issued embargo headline key annex appendix "
    "related context"
)
_QUESTIONER = re.compile(rf"(?:{_QUESTION})\b")
_ANSWERER = re.compile(rf"(?:{_ANSWER})(?: ?\d+)?$")
_ENDS = re.compile(
    r"(?:[*#•—-]\s*){3,}$|(?:END|ENDS|End of (?:transcript|briefing|the .{3,30})|The (?:briefing|press conference) ended.{0,40})\.?$"
)
_ASIDE_LINE = re.compile(r"[(\[*_].*[)\]*_]\.?$")
_CLOSERS = ":.*_ )—-"
_LONGEST_LABEL = 140


def is_question(label: str) -> bool:
    """Whether a label is that of whoever asks."""
    return bool(_QUESTIONER.match(label))


def is_answer(label: str) -> bool:
    """Whether a label is no more than “A”: of whoever was asked."""
    return bool(_ANSWERER.match(label))


def find_turns(article: Article) -> tuple[Turn, ...]:
    r"""The turns of a transcript: paragraphs that a name and a colon begin, and those that follow under the same name.

    An article is read as a transcript if, from the first label to the last, a third of its paragraphs carry one and some label comes
    back, or if its kind says so and there are two.

    Examples
    --------
    >>> from openparley.record.coders.rules.article import read_article
    >>> article = read_article("MS DELL: No.\nQ: Why?\nMS DELL: It rains.\nQ: And then?")
    >>> [article.text[turn.start : turn.end] for turn in find_turns(article)]
    ['No.', 'Why?', 'It rains.', 'And then?']
    """
    labels = [_label(article.plain, *paragraph) for paragraph in article.paragraphs]
    seen = [article.plain[found[0] : found[1]] for found in labels if found]
    told = article.kind == "transcript"
    if len(seen) < (2 if told else 4) or len(set(seen)) < 2:
        return ()
    places = [index for index, found in enumerate(labels) if found]
    if not told and (len(set(seen)) == len(seen) or 3 * len(seen) < places[-1] - places[0] + 1):
        return ()
    turns: list[Turn] = []
    for index, ((start, end), found) in enumerate(zip(article.paragraphs, labels, strict=True)):
        words = article.plain[start:end]
        if found:
            left = found[2]
            while left < end and article.plain[left].isspace():
                left += 1
            turns.append(Turn(found[0], found[1], left, end, False))
        elif turns and _ENDS.match(words):
            if index > places[-1]:
                break
        elif turns and not _ASIDE_LINE.match(words):
            turns.append(Turn(turns[-1].label_start, turns[-1].label_end, start, end, True))
    return tuple(turn for turn in turns if turn.start < turn.end)


def _label(plain: str, start: int, end: int) -> tuple[int, int, int] | None:
    """Start and end of a label at the beginning of a paragraph, and where the words behind it begin."""
    limit = min(end, start + _LONGEST_LABEL)
    found = _LABEL.match(plain, start, limit) or _LETTER.match(plain, start, limit) or _DASH.match(plain, start, limit)
    if found is None or found["label"].split()[0].lower().rstrip(".,") in _HEADINGS:
        return None
    return found.start("label"), found.start("label") + len(found["label"].rstrip(_CLOSERS.replace(")", ""))), found.end()
