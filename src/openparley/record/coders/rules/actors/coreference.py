"""Pronouns and definite descriptions: whom they take up, by recency, gender, number, subject and the bounds of quotations."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from openparley.record.coders.rules.actors.mentions import Found
from openparley.record.coders.rules.actors.quotespans import quotes_of
from openparley.record.coders.rules.actors.retold import resolve_description, resolve_pair
from openparley.record.coders.rules.actors.world import words

if TYPE_CHECKING:
    from openparley.record.coders.rules.actors.mentions import Scan

__all__ = ["Track", "resolve_references"]

# Pronoun → (gender, number, possessive).
_PRONOUNS: dict[str, tuple[str, str, bool]] = {
    **dict.fromkeys(("he", "him", "himself"), ("m", "singular", False)),
    "his": ("m", "singular", True),
    **dict.fromkeys(("she", "hers", "herself"), ("f", "singular", False)),
    "her": ("f", "singular", True),
    **dict.fromkeys(("it", "itself"), ("n", "singular", False)),
    "its": ("n", "singular", True),
    **dict.fromkeys(("they", "them", "theirs", "themselves"), ("", "plural", False)),
    "their": ("", "plural", True),
}
_SPEAKERS = words("i me my mine myself we us our ours ourselves")
_OWN = frozenset({"my", "our", "his", "her", "its", "their"})
SAYS = words(
    "said says say saying told tells telling added adds warned warns argued argues wrote writes insisted insists noted notes claimed "
    "claims explained explains announced replied replies ranted posted tweeted asked asks declared stated remarked observed responded "
    "quipped joked conceded acknowledged admitted vowed promised pledged shrugged thundered recalled continued concluded stressed "
    "repeated"
)
_CLAUSE = words("that because when while if unless who whom which whether after before as although : ; — but")
_PREPOSITIONS = words(
    "of to in on at by for from with against about between among over under into toward towards than like despite without via"
)
_BE = words(
    "is 's was would will may might seems appears appeared looks remains became becomes has had can could should must 'd 'll does did"
)
_ING = ("ed", "es", "s")
# Weights: hand-set so that a subject of the sentence before outweighs an object of this one, and two sentences outweigh both.
_SUBJECT, _SENTENCE, _ATTRIBUTIVE, _POSSESSIVE, _OBJECT_CLASH, _UNKNOWN_GENDER = 1.2, 0.9, -1.2, -0.3, -3.0, -0.3
_FIRST, _ALONE, _TOPIC, _NAMED_LATER, _NAMELESS, _ADDRESSED, _PRESS = 0.5, 0.9, 0.07, -1.6, -1.0, 2.2, -1.5
_QUOTED = -1.0
_SPOKE = 1.5
# “its” rarely leaves its sentence, where “his” often does.
_SAME_SENTENCE = 1.3
# Sentences that a pronoun reaches back; those whom an article is about are reached from farther.
_REACH, _FAR_REACH, _FREQUENT, _MOST = 3, 9, 4, 40
# A plural pronoun with nobody plural near stays open rather than mean a state by force.
_LEAST_PLURAL = -1.6
_ASKS = words(
    "ask asks asked asking tell tells told telling warn warns warned warning urge urged urges press pressed order ordered remind "
    "reminded assure assured"
)
_FIRST_WORDS = 6
_NOMINATIVE = frozenset({"he", "she", "they", "i", "we"})
_OPENERS = words(
    "as when after before while if in during despite for since although though with at on following by asked having once until under"
)


class Track(NamedTuple):
    """A mention as a possible antecedent: where it stands and how prominently."""

    found: Found
    ids: tuple[str, ...]
    token: int
    sentence: int
    subject: bool
    quoted: bool
    person: bool
    plural: bool
    gender: str
    weight: float


class _Line:
    """The mentions of an article in order, and the quotations around them."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.sentence: list[int] = []
        for number, sentence in enumerate(scan.article.sentences):
            self.sentence += [number] * (sentence.last - sentence.first)
        self.quote, self.quotes = quotes_of(scan)
        self.tracks: list[Track] = []
        self.places: list[int] = []
        self.counts: Counter[tuple[str, ...]] = Counter()
        for item in scan.found():
            if item.owner < 0 and (item.ids or (item.flavour == "description" and item.rule != "description.open")):
                self.add(item)
        self._pairs()

    def add(self, item: Found) -> None:
        """Take a mention in at its place."""
        table = self.scan.table
        person = bool(item.ids) and all(table.is_person(key) for key in item.ids)
        gender = item.gender or (table.profiles[item.ids[0]].gender if len(item.ids) == 1 else "")
        plural = item.number == "plural" or len(item.ids) > 1
        subject = self.is_subject(item)
        sentence = self.sentence[item.first]
        weight = (
            _ATTRIBUTIVE * item.attributive
            + _POSSESSIVE * item.possessive
            + _PRESS * (bool(item.ids) and "press" in table.profiles[item.ids[0]].roles)
        )
        if subject:
            weight += _SUBJECT + _FIRST * (item.first - self.scan.article.sentences[sentence].first <= _FIRST_WORDS)
        track = Track(item, item.ids, item.first, sentence, subject, self.quote[item.first] >= 0, person, plural, gender, weight)
        at = bisect_left(self.places, item.first)
        self.tracks.insert(at, track)
        self.places.insert(at, item.first)
        self.counts[item.ids] += 1

    def is_subject(self, item: Found) -> bool:
        """Whether a mention looks like a subject: no preposition or verb before it, and no noun that it modifies behind it."""
        if item.possessive or item.attributive:
            return False
        scan = self.scan
        if item.flavour == "pronoun":
            return scan.word(item.first) in _NOMINATIVE
        at = item.first - 1
        while at >= 0 and scan.word(at) in ("the", "a", "an", "both"):
            at -= 1
        if item.first in scan.starts or at < 0 or at + 1 in scan.starts:
            return True
        before = scan.word(at)
        if before in _PREPOSITIONS:
            return False
        following = scan.word(item.last)
        if following in _BE or following in SAYS or before in _CLAUSE:
            return True
        return before in (",", "and", '"', "-", "(", "then", "so", "yet") or (following.endswith(_ING) and not before.endswith(_ING))

    def _pairs(self) -> None:
        """“X and Y” as one antecedent for they."""
        scan = self.scan
        for left, right in zip(self.tracks, self.tracks[1:], strict=False):
            at = left.found.last
            if not left.ids or not right.ids or scan.word(at) != "and" or left.sentence != right.sentence or left.ids == right.ids:
                continue
            gap = right.found.first - at - 1
            if gap == 0 or (gap == 1 and scan.word(at + 1) == "the"):
                ids = tuple(dict.fromkeys((*left.ids, *right.ids)))
                self.tracks.append(
                    right._replace(ids=ids, plural=True, gender="", subject=left.subject, person=left.person and right.person)
                )
        self.tracks.sort(key=lambda track: track.token)
        self.places = [track.token for track in self.tracks]

    def before(self, index: int) -> list[Track]:
        """The last mentions before a token, the nearest first."""
        at = bisect_left(self.places, index)
        return self.tracks[max(0, at - _MOST) : at][::-1]

    def after(self, index: int) -> Iterator[Track]:
        """Mentions behind a token, the nearest first."""
        for at in range(bisect_right(self.places, index), len(self.tracks)):
            yield self.tracks[at]


def resolve_references(scan: Scan) -> None:
    """Put in pronouns, and give descriptions without an owner the actors that they take up."""
    line = _Line(scan)
    pending = [item for item in scan.found() if item.rule == "description.open"]
    owners = {item.owner: item for item in pending if item.owner >= 0}
    tokens = scan.tokens
    places = [
        index
        for index, token in enumerate(tokens)
        if (token.lower in _PRONOUNS or token.lower in _SPEAKERS) and (scan.at[index] is None or index in owners)
    ]
    opened = {item.first: item for item in pending if item.owner < 0}
    # Outside of quotations first: whoever speaks is known before what “he” means in his words.
    for inside in (False, True):
        for index in sorted({*places, *opened}):
            if (line.quote[index] >= 0) is not inside:
                continue
            if index in opened:
                _describe(line, opened[index])
            elif index in owners:
                _owned(line, owners[index], index)
            else:
                _pronoun(line, index)
    resolve_pair(scan, line.tracks, line.sentence)


def _pronoun(line: _Line, index: int) -> Found | None:
    scan = line.scan
    found = _refer(line, index)
    if found is not None:
        scan.put(found)
        if found.ids:
            line.add(found)
    return found


def _refer(line: _Line, index: int) -> Found | None:
    """What a pronoun refers to, not yet put in."""
    scan = line.scan
    word = scan.tokens[index].lower
    if word in _SPEAKERS:
        if word == "us" and scan.tokens[index].text == "US":
            return None
        plural = word in ("we", "us", "our", "ours", "ourselves")
        rule = "speaker" if line.quote[index] >= 0 else "author"
        return Found(index, index + 1, (), "pronoun", "plural" if plural else "singular", rule, 0.8, "pronoun", possessive=word in _OWN)
    gender, number, possessive = _PRONOUNS[word]
    if word == "her" and not _noun_follows(scan, index):
        possessive = False
    if gender == "n" and not _refers(line, index, possessive):
        return None
    opened = _opened(line, index, gender) if gender in ("m", "f") else None
    best, sure = (opened, 0.7) if opened is not None else _antecedent(line, index, gender, number == "plural", possessive, word)
    if best is None:
        if gender in ("m", "f"):
            return Found(index, index + 1, (), "pronoun", number, "pronoun.open", 0.4, "pronoun", possessive=possessive)
        return None
    found = Found(
        index, index + 1, best.ids, "pronoun", number, f"pronoun.{word}", sure, "pronoun", best.found.place, best.found.new, possessive
    )
    found.gender = gender if gender in ("m", "f") else ""
    return found


def _noun_follows(scan: Scan, index: int) -> bool:
    following = scan.word(index + 1)
    return (
        following.isalpha()
        and following not in _PREPOSITIONS
        and following not in ("and", "or", "that", "as", "when", "if", "the", "a", "an", "who")
    )


def _refers(line: _Line, index: int, possessive: bool) -> bool:
    """Whether “it” may stand for a state or an institution, rather than for a thing or for nothing."""
    if possessive:
        return True
    scan = line.scan
    following, before = scan.word(index + 1), scan.word(index - 1)
    if following in _BE or before in _PREPOSITIONS or not following.isalpha():
        return following in ("has", "had", "would", "will", "'ll", "'d") and before not in _PREPOSITIONS
    return before in (",", "and", "that", "but", "said", "if", "unless", "until", "when", "because", "—", '"') or index in scan.starts


def _antecedent(line: _Line, index: int, gender: str, plural: bool, possessive: bool, word: str) -> tuple[Track | None, float]:
    """The likeliest antecedent and how likely it is."""
    scan = line.scan
    here = line.sentence[index]
    quote = line.quote[index]
    speaker = _speaker(line, quote) if quote >= 0 else ()
    objective = word in ("him", "her", "them", "it") and not possessive and word != "it"
    ranked: dict[tuple[str, ...], tuple[float, Track]] = {}
    subject = next((track.token for track in line.before(index) if track.subject or track.sentence < here), -1)
    alone = _alone(line, index, gender, plural)
    named = _named_later(line, index)
    counts, misquoted = line.counts, _QUOTED * (1 + plural) if quote < 0 else 0.0
    speaks = gender == "n" and scan.word(index + 1) in SAYS
    for track in line.before(index):
        distance = here - track.sentence
        if distance > _REACH and (distance > _FAR_REACH or not track.person or counts[track.ids] < _FREQUENT):
            if distance > _FAR_REACH:
                break
            continue
        score = _fit(track, gender, plural, word)
        if score is None or (speaker and track.ids == speaker and gender in ("m", "f")):
            continue
        far = distance if distance < 3 else 3 + 0.1 * (distance - 3)
        score += track.weight - _SENTENCE * far - 0.01 * min(40, index - track.token) + _TOPIC * min(6, counts[track.ids])
        if track is alone:
            score += _ALONE
        if gender == "n" and distance == 0:
            score += _SAME_SENTENCE
        if track.quoted:
            score += misquoted
        if distance == 0 and track.subject and subject <= track.token and not _clause_between(scan, track.found.last, index):
            score += _OBJECT_CLASH * objective + 0.5 * possessive
        if (
            distance == 0
            and scan.word(track.found.first - 1) in _ASKS
            and scan.word(index - 1) in ("if", "whether", "that", "to", "what", "why", "how")
        ):
            score += _ADDRESSED
        score += _NAMED_LATER * (track.ids in named)
        if speaks:
            # “…, it said”: whoever spoke in the sentence before goes on, not who is spoken of in this one.
            score += _SPOKE * (distance == 1 and track.subject) - _SPOKE * (distance == 0 and not track.found.possessive)
        known = ranked.get(track.ids)
        if known is None or score > known[0]:
            ranked[track.ids] = score, track
    order = sorted(ranked.values(), key=lambda pair: -pair[0])
    if plural and order and order[0][0] < _LEAST_PLURAL:
        return None, 0.0
    if not order:
        return _ahead(line, index, gender, plural), 0.45
    lead = order[0][0] - order[1][0] if len(order) > 1 else 2.0
    sure = 0.55 + 0.15 * min(2.0, max(0.0, lead)) - 0.05 * max(0, here - order[0][1].sentence)
    return order[0][1], round(max(0.35, sure - (0.1 if gender in ("", "n") else 0.0)), 2)


def _fit(track: Track, gender: str, plural: bool, word: str = "") -> float | None:
    """Whether a mention agrees with a pronoun: None if not, else how well."""
    found = track.found
    if gender in ("m", "f"):
        if track.plural or not (track.person or found.kind in ("office", "anonymous")):
            return None
        if track.gender:
            return 0.0 if track.gender == gender else None
        return _NAMELESS if found.kind == "anonymous" or not track.person else _UNKNOWN_GENDER
    if gender == "n":
        if track.person or found.kind in ("anonymous", "person", "office") or len(track.ids) > 1:
            return None
        if found.attributive and found.flavour in ("demonym", "adjective"):
            return None
        return -0.5 if track.plural else 0.0
    if track.plural:
        return 0.3
    if track.person or found.kind == "anonymous":
        return None
    if found.attributive:
        return -1.6
    return -1.6 if word == "them" else -0.7


def _alone(line: _Line, index: int, gender: str, plural: bool) -> Track | None:
    """The only fitting mention of the last sentence before that has one, unless this sentence has a subject that fits."""
    here = line.sentence[index]
    found: Track | None = None
    for track in line.before(index):
        if _fit(track, gender, plural) is None:
            continue
        if track.sentence == here:
            if track.subject:
                return None
            continue
        if found is None:
            found = track
        elif track.sentence < found.sentence:
            return found
        elif track.ids != found.ids:
            return None
    return found


def _named_later(line: _Line, index: int) -> set[tuple[str, ...]]:
    """Those who are named after a pronoun without a comma between: the pronoun is none of them."""
    scan = line.scan
    named: set[tuple[str, ...]] = set()
    at = index
    for later in line.after(index):
        if later.token > index + 14 or later.sentence != line.sentence[index]:
            break
        if any(scan.word(place) in (",", ";", "—", '"') for place in range(at, later.token)):
            break
        at = later.token
        if later.found.flavour != "pronoun":
            named.add(later.ids)
    return named


def _opened(line: _Line, index: int, gender: str) -> Track | None:
    """The subject behind the comma, for a pronoun in the opening words of a sentence: “In his first speech, the envoy …”."""
    scan = line.scan
    first = scan.article.sentences[line.sentence[index]].first
    if index - first > 5 or index == first or scan.word(first) not in _OPENERS:
        return None
    for track in line.after(index):
        if track.token > index + 16 or track.sentence > line.sentence[index]:
            return None
        if scan.word(track.token - 1) == "," and track.subject and track.found.flavour != "pronoun":
            fits = _fit(track, gender, False)
            return track if fits is not None and fits > _NAMELESS else None
    return None


def _ahead(line: _Line, index: int, gender: str, plural: bool) -> Track | None:
    """The first fitting subject in this sentence or the next: “Angry at the vote, he …” at the start of a text."""
    if gender not in ("m", "f"):
        return None
    here = line.sentence[index]
    for track in line.after(index):
        if track.sentence > here + 1:
            return None
        if track.subject and _fit(track, gender, plural) is not None:
            return track
    return None


def _clause_between(scan: Scan, left: int, right: int) -> bool:
    return any(scan.word(index) in _CLAUSE or scan.word(index) == "," for index in range(left, right))


def _speaker(line: _Line, quote: int) -> tuple[str, ...]:
    """Ids of who says a quotation, as far as the words right beside it tell; else of the quotation before in the same breath."""
    scan = line.scan
    first, last = line.quotes[quote]
    begin, end = max(0, first - 14), min(len(scan.tokens), last + 14)
    for left, right in ((last, end), (begin, first)):
        verbs = [index for index in range(left, right) if scan.word(index) in SAYS and line.quote[index] < 0]
        verb = verbs[0] if verbs and left == last else verbs[-1] if verbs else -1
        if verb < 0 or abs(line.sentence[verb] - line.sentence[last - 1 if left == last else first]) > 1:
            continue
        window = line.tracks[bisect_left(line.places, verb - 8) : bisect_right(line.places, verb + 8)]
        near = [t for t in window if not t.quoted and t.sentence == line.sentence[verb] and not t.found.possessive]
        if near:
            return min(near, key=lambda t: (not t.subject, abs(t.token - verb))).ids
    starts_paragraph = first in scan.starts
    return _speaker(line, quote - 1) if quote and starts_paragraph and line.quotes[quote - 1][1] == first else ()


def _owned(line: _Line, item: Found, index: int) -> None:
    """A description with a possessive pronoun: “his diplomats”, “its leader”."""
    scan = line.scan
    owner = _refer(line, index)
    if owner is not None and owner.ids:
        resolved = resolve_description(scan, item, owner, line.tracks)
        if resolved:
            line.add(item)
            return
    for number in range(item.first, item.last):
        scan.at[number] = None
    if owner is not None:
        scan.put(owner)
        if owner.ids:
            line.add(owner)


def _describe(line: _Line, item: Found) -> None:
    """A definite description: “the president”, “the official”."""
    if resolve_description(line.scan, item, None, line.tracks):
        if item.ids:
            line.add(item)
        return
    for number in range(item.first, item.last):
        line.scan.at[number] = None
