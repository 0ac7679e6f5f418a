"""What changed since the previous brief: evidence, assumptions, software, and the numbers that moved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openparley.brief import words
from openparley.brief.cite import Given, Link, Part, Ref, Sentence
from openparley.brief.compared.said import short
from openparley.brief.context import Context
from openparley.errors import ParleyError

ASSUMPTION_FIELDS = ("sets", "statement", "low", "likely", "high", "distribution", "status")
MOVED = 0.005
MODEL = "model"
LABELS = {"likely": "central value"}  # a word for a likelihood is printed as nothing else
LISTED = 12


@dataclass(frozen=True)
class Changes:
    """The comparison with an older brief.

    Attributes
    ----------
    previous
        Id of the older run; None when there is no older brief.
    evidence
        Word → ids: added, removed, re-decided, recoded.
    assumptions
        Assumption id → field → (old, new).
    software
        Package → (old, new).
    settings
        Other inputs that changed, by name.
    moved
        Outcome id → (old value, new value).
    """

    previous: str | None = None
    evidence: dict[str, list[str]] = field(default_factory=dict)
    assumptions: dict[str, dict[str, tuple[Any, Any]]] = field(default_factory=dict)
    software: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    settings: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    moved: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """True when no input and no headline number changed."""
        return not (any(self.evidence.values()) or self.assumptions or self.software or self.settings or self.moved)

    @property
    def _model(self) -> dict[str, tuple[Any, Any]]:
        """Settings of the model: what the case assumes apart from its list of assumptions."""
        return {key: pair for key, pair in self.settings.items() if key == MODEL}

    @property
    def _computing(self) -> dict[str, tuple[Any, Any]]:
        """Settings of the computation."""
        return {key: pair for key, pair in self.settings.items() if key != MODEL}

    @property
    def causes(self) -> list[str]:
        """Which of evidence, assumption and software changed."""
        changed = {
            "evidence": any(self.evidence.values()),
            "assumption": bool(self.assumptions or self._model),
            "software": bool(self.software or self._computing),
        }
        return [cause for cause, found in changed.items() if found]

    def _why(self) -> str:
        """Why numbers moved, in one of three words or several; their parts are not told apart."""
        if not self.causes:
            return "Why: none of evidence, assumption and software is known to have changed."
        together = "" if len(self.causes) == 1 else " together; what each did by itself was not computed"
        return f"Why: {words.listed(self.causes)}{together}."

    def as_json(self) -> dict[str, Any]:
        """For ``brief.json``."""
        return {
            "previous": self.previous,
            "causes": self.causes,
            "nothing": self.nothing if self.previous is not None else None,
            "evidence": self.evidence,
            "assumptions": {id: {key: list(pair) for key, pair in fields.items()} for id, fields in self.assumptions.items()},
            "software": {key: list(pair) for key, pair in self.software.items()},
            "settings": {key: list(pair) for key, pair in self.settings.items()},
            "moved": {key: list(pair) for key, pair in self.moved.items()},
        }

    def sentences(self, context: Context) -> tuple[Sentence, ...]:
        """What changed, as sentences, where the headline moved that first; that nothing did is an answer too."""

        def say(*parts: Part | list[Part]) -> Sentence:
            return context.book.say("what-changed", "computed", *parts)

        if self.previous is None:
            return (say("This is the first brief of this case; there is no earlier one to compare with."),)
        if self.nothing:
            return (say(f"Nothing changed since run {self.previous}."),)
        said = []
        if context.headline in self.moved:
            said += [self._now(context, context.headline), say(self._why())]
        clauses: list[Part] = []
        for word, ids in self.evidence.items():
            if ids:
                known = context.facts.case.entries
                clauses += ["; " if clauses else "", f"{word} "]
                for index, id in enumerate(ids[:LISTED]):
                    clauses += [", " if index else "", Link(id, id) if id in known else id]
                clauses += [f" and {len(ids) - LISTED} more"] if len(ids) > LISTED else []
        if clauses:
            said.append(say(f"Evidence since run {self.previous}: ", clauses, "."))
        for id, fields in self.assumptions.items():
            changes = "; ".join(_pair(key, old, new) for key, (old, new) in fields.items())
            said.append(say(f"Assumption since run {self.previous}: ", Link(id, id), " – ", Given(changes), "."))
        if self.software:
            said.append(
                say(
                    f"Software since run {self.previous}: "
                    + "; ".join(f"{key} {old} → {new}" for key, (old, new) in self.software.items())
                    + "."
                )
            )
        for word, settings in (("Assumption", self._model), ("Software", self._computing)):
            if settings:
                changes = "; ".join(_pair(key, old, new) for key, (old, new) in settings.items())
                said.append(say(f"{word} since run {self.previous}, in its settings: ", Given(changes), "."))
        rest = [id for id in self.moved if id != context.headline]
        if rest and context.headline not in self.moved:
            said.append(say(self._why()))
        said += [self._now(context, id) for id in rest]
        if not self.moved:
            said.append(say("No outcome of the forecast moved by as much as half a point."))
        return tuple(said)

    def _now(self, context: Context, id: str) -> Sentence:
        """Where an outcome was and is."""
        old, _ = self.moved[id]
        now, mcse = context.probability(id), context.forecast.outcomes[id].at_horizon.mcse
        name = Given(context.outcome_name(id), name=True)
        was = words.percent(old, mcse)
        if was == now.text:
            rest = (name, " – ", Ref(now), f", unchanged at this precision since run {self.previous}.")
        else:
            rest = (name, f" – was {was} in run {self.previous}, now ", Ref(now), ".")
        return context.book.say("what-changed", "computed", *rest)


def _pair(key: str, old: Any, new: Any) -> str:
    return f"{LABELS.get(key, key)} {short(old)} → {short(new)}"


def inputs(context: Context) -> dict[str, Any]:
    """What a later brief compares itself with."""
    file, facts, run = context.facts.case.file, context.facts, context.run
    accepted = facts.accepted
    return {
        "files": dict(facts.case.digest()),
        "entries": {
            id: {"digest": facts.digest(entry), "review": entry.review.state, "counts": id in accepted}
            for id, entry in facts.case.entries.items()
        },
        "assumptions": {row.id: {key: getattr(row, key) for key in ASSUMPTION_FIELDS} for row in file.assumptions},
        "software": dict(run.get("software", {})) | {"openparley": run.get("version")},
        "settings": {"seed": run.get("seed"), **{key: value for key, value in run.get("settings", {}).items()}, MODEL: _model(context)},
        "outcomes": {id: outcome.at_horizon.value for id, outcome in context.forecast.outcomes.items()},
    }


def _model(context: Context) -> str:
    file = context.facts.case.file
    part = {"cutoff", "accounts", "model", "outcomes", "levers", "observations", "actors"}
    return _digest(file.model_dump(mode="json", include=part))


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]


def read_brief(path: Path) -> dict[str, Any]:
    """An older ``brief.json``.

    Raises
    ------
    ParleyError
        If the file is not one.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or "numbers" not in content:
            raise ValueError("no numbers")
    except (OSError, ValueError) as error:
        raise ParleyError(
            f"{path}: not a brief.json that can be compared with.", hint="Pass a brief.json that `parley brief` wrote."
        ) from error
    return content


def changes(now: Mapping[str, Any], previous: Mapping[str, Any] | None) -> Changes:
    """Compares the inputs of this brief with those of an older one.

    Parameters
    ----------
    now
        What `inputs` returns.
    previous
        The parsed older ``brief.json``, or None.
    """
    if previous is None:
        return Changes()
    before = previous.get("inputs", {})
    old, new = before.get("entries", {}), now["entries"]
    both = sorted(old.keys() & new.keys())
    evidence = {
        "added": sorted(new.keys() - old.keys()),
        "removed": sorted(old.keys() - new.keys()),
        "re-decided": [id for id in both if old[id]["review"] != new[id]["review"]],
        "set aside": [id for id in both if old[id]["counts"] and not new[id]["counts"] and old[id]["review"] == new[id]["review"]],
        "brought back": [id for id in both if new[id]["counts"] and not old[id]["counts"] and old[id]["review"] == new[id]["review"]],
        "recoded": [id for id in both if old[id]["digest"] != new[id]["digest"]],
    }
    assumptions: dict[str, dict[str, tuple[Any, Any]]] = {}
    was, are = before.get("assumptions", {}), now["assumptions"]
    for id in sorted(was.keys() | are.keys()):
        if id not in was or id not in are:
            assumptions[id] = {"assumption": (None, "added") if id in are else ("present", "removed")}
        elif found := {key: (was[id].get(key), are[id].get(key)) for key in ASSUMPTION_FIELDS if was[id].get(key) != are[id].get(key)}:
            assumptions[id] = found
    outcomes = before.get("outcomes", {})
    moved = {id: (outcomes[id], value) for id, value in now["outcomes"].items() if id in outcomes and abs(outcomes[id] - value) >= MOVED}
    run = previous.get("run", {})
    return Changes(
        previous=str(run.get("id", "unknown") if isinstance(run, Mapping) else run),
        evidence=evidence,
        assumptions=assumptions,
        software=_differ(before.get("software", {}), now["software"]),
        settings=_differ(before.get("settings", {}), now["settings"]),
        moved=moved,
    )


def _differ(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {key: (old.get(key), new.get(key)) for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)}
