"""The coder that asks a language model about one paragraph at a time, and believes only what it finds in the paragraph."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from openparley.errors import Complaint, ParleyError
from openparley.record.case import Case
from openparley.record.casefile import Actor
from openparley.record.coders.coder import Coded, Document, UnfinishedError
from openparley.record.coders.llm.budget import Budget, SpentError, estimate
from openparley.record.coders.llm.cache import FOLDER, Cache
from openparley.record.coders.llm.client import Client, Reply, TooLongError
from openparley.record.coders.llm.compose import Composer
from openparley.record.coders.llm.crew import in_order
from openparley.record.coders.llm.endpoint import read_endpoint, read_key
from openparley.record.coders.llm.labels import Labels
from openparley.record.coders.llm.names import Who
from openparley.record.coders.llm.passages import Passage, halves, passages
from openparley.record.coders.llm.prompt import Known, Prompt
from openparley.record.coders.llm.schema import Answer, read_answer
from openparley.record.coders.rules.article import read_article
from openparley.record.span import sha256

__all__ = ["LLMCoder", "Settings"]

NAME = "llm"
WORKERS = range(1, 9)
# Stands in the cache for an answer that was cut off; its halves have answers of their own.
TOO_LONG = ""
# An answer is seldom longer than this many tokens for one of the paragraph, and has this many at least.
ANSWER_TOKENS, ANSWER_SHARE = 400, 4


@dataclass(frozen=True)
class Settings:
    """How the model is asked.

    Attributes
    ----------
    endpoint
        Address of an OpenAI-compatible server.
    model
        Its name there.
    api_key_env
        Environment variable with the key; None sends none.
    temperature, seed
        Handed on to the endpoint; None leaves them out.
    budget
        Tokens that one run may spend, None for no limit.
    timeout
        Seconds for one answer.
    max_tokens
        Longest answer asked for, in tokens.
    workers
        Questions under way at once, 1 to 8.
    use_cache
        Whether answers are kept in the case's folder and used again.
    backoff
        Seconds of the first pause before a question is repeated.
    """

    endpoint: str
    model: str
    api_key_env: str | None = None
    temperature: float | None = 0.0
    seed: int | None = 0
    budget: int | None = None
    timeout: float = 120.0
    max_tokens: int = 4096
    workers: int = 4
    use_cache: bool = True
    backoff: float = 1.0

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        wrong: list[tuple[str, object, str]] = []
        if not self.model.strip():
            wrong.append(("--model", self.model, "the name of a model"))
        if self.temperature is not None and not 0 <= self.temperature <= 2:
            wrong.append(("--temperature", self.temperature, "0 to 2"))
        if self.budget is not None and self.budget < 1:
            wrong.append(("--budget", self.budget, "tokens, at least 1"))
        if not 0 < self.timeout <= 3600:
            wrong.append(("--timeout", self.timeout, "seconds, above 0 and at most 3600"))
        if self.workers not in WORKERS:
            wrong.append(("--workers", self.workers, "1 to 8"))
        if wrong:
            raise ParleyError([Complaint(None, None, None, value, ok, None, f"{key}: {value!r} is not {ok}.") for key, value, ok in wrong])


class _Told(NamedTuple):
    """What came of one passage: answers to it or its parts, or why there is none."""

    answers: tuple[tuple[Passage, Answer], ...]
    notes: tuple[str, ...] = ()
    spent: bool = False
    unusable: str = ""


class LLMCoder:
    """A language model as coder: never on its own, never surer than 0.75, and with no way to do anything but propose.

    Parameters
    ----------
    actors
        Actors of the case by id.
    cache
        Folder for answers, or None.
    labels
        What the types of events are called in front of the model.
    salt
        Makes a repetition of the same question another one for the cache.
    progress
        Called with a line on how far a document is read.
    """

    name = NAME

    def __init__(
        self,
        actors: Mapping[str, Actor],
        settings: Settings,
        *,
        cache: Path | None = None,
        labels: Labels | None = None,
        salt: str = "",
        budget: Budget | None = None,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        endpoint = read_endpoint(settings.endpoint)
        self.settings, self.progress, self.salt = settings, progress, salt
        self.prompt = Prompt(labels or Labels())
        self.budget = budget or Budget(settings.budget)
        self.cache = Cache(cache if settings.use_cache else None)
        self._host = endpoint.host
        self._actors = dict(actors)
        self._who = Who(actors)
        self._client = Client(
            endpoint,
            settings.model,
            key=read_key(settings.api_key_env, endpoint),
            temperature=settings.temperature,
            seed=settings.seed,
            max_tokens=settings.max_tokens,
            timeout=settings.timeout,
            backoff=settings.backoff,
        )
        self.version = f"{settings.model} at {endpoint.host}; {self._sampling()}; prompt {self.prompt.digest[:12]}"

    @classmethod
    def of(cls, case: Case, settings: Settings, *, progress: Callable[[str], None] | None = None) -> LLMCoder:
        """The coder with a case's actors, its cache in the case's folder; a bundled case has none."""
        return cls(case.file.actors, settings, cache=None if case.bundled else case.root / FOLDER, progress=progress)

    def digest(self) -> str:
        """Hash of the case's actors, the prompt and the settings that decide what is answered."""
        own = [(key, actor.model_dump_json()) for key, actor in self._actors.items() if not actor.proposed]
        return sha256(repr((self.version, self.prompt.digest, self.settings.max_tokens, own)))

    def code(self, document: Document) -> Coded:
        """Read one document.

        Raises
        ------
        UnfinishedError
            If the endpoint fails or the budget does not reach to the document's end.
        """
        source = document.source
        article = read_article(
            document.text, source=source.id, published=source.published, kind=source.kind, outlet=source.outlet, author=source.author
        )
        known = Known(source, self._who.mentioned(document.text), document.earlier)
        found = passages(article)
        try:
            told = self._tell_all(found, document.text, known)
        finally:
            self._client.close()
        unusable = next((part.unusable for part in told if part.unusable), "")
        if unusable and not any(part.answers for part in told):
            number = sum(bool(part.unusable) for part in told)
            noun = "its one passage" if number == 1 else f"any of its {number} passages"
            self._client.notes.clear()
            return Coded((), notes=(f"nothing could be read; {unusable}",), unread=f"no answer about {noun} could be used: {unusable}")
        composer = Composer(article, self._who, document.earlier)
        for part in told:
            for passage, answer in part.answers:
                composer.add(passage, answer)
        composer.drafts.sort(key=lambda draft: (draft.start, draft.end, draft.kind))
        named = {name for draft in composer.drafts for value in draft.fields.values() if isinstance(value, tuple) for name in value}
        fresh = self._who.settle(named)
        return Coded(tuple(composer.drafts), fresh, composer.abstained, tuple(self._notes(found, told, composer)))

    def _sampling(self) -> str:
        settings = {"temperature": self.settings.temperature, "seed": self.settings.seed}
        shown = [f"{key} {value:g}" for key, value in settings.items() if value is not None]
        return ", ".join(shown) or "the endpoint's own temperature and seed"

    def _tell_all(self, found: list[Passage], text: str, known: Known) -> list[_Told]:
        """What the model makes of each passage; or the reason why not all were read."""
        stop = threading.Event()
        source, total = known.source.id, len(found)
        finished: list[int] = [0]

        def done(number: int) -> None:
            finished[0] = number
            if self.progress is not None:
                self.progress(f"{source}: {number} of {total} passages, {self.budget.spent} tokens spent")

        hint = "What was answered is kept: the same command goes on from there." if self.cache.folder else None
        try:
            told = in_order(found, lambda passage: self._tell(passage, text, known, stop), self.settings.workers, stop, done)
        except ParleyError as error:
            first = error.complaints[0]
            message = f"{first.message} Read {finished[0]} of {total} passages; {source} and what comes after it is not in the record yet."
            raise UnfinishedError(replace(first, id=source, message=message, hint=_joined(first.hint, hint))) from None
        unread = sum(part.spent for part in told)
        if unread:
            message = (
                f"the budget of {self.budget.limit} tokens does not reach further; {self.budget.spent} were spent. "
                f"Read {total - unread} of {total} passages of {source}; it and what comes after it is not in the record yet."
            )
            larger = _joined("Give a larger --budget.", hint)
            raise UnfinishedError(Complaint(None, None, source, self.budget.limit, None, larger, message))
        return told

    def _tell(self, passage: Passage, text: str, known: Known, stop: threading.Event) -> _Told:
        """Ask about one passage, or find the answer in the cache; what is too long is asked about in halves."""
        if not passage.readable(text):
            return _Told(())
        data = self.prompt.data(passage, text, known)
        key = self.cache.key([self.version, self.prompt.digest, self.settings.max_tokens, data, self.salt])
        kept = self.cache.get(key)
        if kept:
            answer = read_answer(kept, self.prompt.labels)
            if answer.whole:
                return _Told(((passage, answer),))
        try:
            if kept == TOO_LONG:
                raise TooLongError
            wrote, answer = self._answer(data, stop)
        except TooLongError:
            self.cache.put(key, TOO_LONG)
            parts = halves(passage, text)
            if parts is None:
                return _Told((), (f"paragraph {passage.paragraph}: a sentence is too long for the model; not coded.",))
            first, second = (self._tell(part, text, known, stop) for part in parts)
            return _Told(
                first.answers + second.answers, first.notes + second.notes, first.spent or second.spent, first.unusable or second.unusable
            )
        except SpentError:
            # Others go on: what is under way is paid for, and a shorter passage may still fit.
            return _Told((), spent=True)
        if wrote is None or not answer.whole:
            reason = answer.faults[0].message if answer.faults else "no answer."
            words = f"paragraph {passage.paragraph}: not coded, because two answers could not be used; --again asks anew. {reason}"
            return _Told((), (words,), unusable=reason)
        self.cache.put(key, wrote)
        return _Told(((passage, answer),))

    def _answer(self, data: Mapping[str, str], stop: threading.Event) -> tuple[str | None, Answer]:
        """One answer; one that does not fit the schema is asked for once more with the reasons."""
        messages = self.prompt.messages(data)
        wrote = self._ask(messages, data, stop).text
        answer = read_answer(wrote or "", self.prompt.labels)
        if answer.faults:
            again = self.prompt.again(messages, wrote or "", answer.faults)
            try:
                second = self._ask(again, data, stop).text
            except (SpentError, TooLongError):
                if answer.whole:
                    return wrote, answer
                raise
            better = read_answer(second or "", self.prompt.labels)
            # A second answer that is worse than the first does not cost what the first had.
            if better.whole or not answer.whole:
                wrote, answer = second, better
        return wrote, answer

    def _ask(self, messages: list[dict[str, str]], data: Mapping[str, str], stop: threading.Event) -> Reply:
        prompt = estimate("".join(message["content"] for message in messages))
        reserved = prompt + min(self.settings.max_tokens, ANSWER_TOKENS + ANSWER_SHARE * estimate(data["paragraph"]))
        if not self.budget.reserve(reserved):
            raise SpentError
        used, counted = 0, True
        try:
            reply = self._client.ask(messages, self.prompt.schema, stop)
            used, counted = reply.tokens, reply.counted
        finally:
            self.budget.settle(reserved, used, counted=counted)
        if reply.truncated:
            raise TooLongError
        return reply

    def _notes(self, found: list[Passage], told: list[_Told], composer: Composer) -> list[str]:
        """What a person should know about this reading."""
        notes = [note for part in told for note in part.notes]
        notes += [
            f"paragraph {passage.paragraph}: sentences that address a machine were kept from the model and are not coded."
            for passage in found
            if passage.hidden
        ]
        rejected = {reason: count for reason, count in composer.rejected.items() if count}
        if rejected:
            listed = ", ".join(f"{count} × {reason}" for reason, count in sorted(rejected.items(), key=lambda pair: (-pair[1], pair[0])))
            number = sum(rejected.values())
            notes.append(f"{number} {'entry' if number == 1 else 'entries'} of the answers turned down: {listed}.")
        notes += self._client.notes
        notes += self.cache.damaged
        self._client.notes.clear()
        self.cache.damaged.clear()
        return notes


def _joined(*sentences: str | None) -> str | None:
    return " ".join(sentence for sentence in sentences if sentence) or None
