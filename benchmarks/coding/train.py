"""Train the re-ranker of events on sentences written for it: ``python -m benchmarks.coding.train [--test]``.

Split
    ``sentences/train_*.jsonl`` train; ``sentences/test.jsonl`` is read with ``--test`` only. Everything that is chosen – strength of the
    penalty, temperature, threshold – is chosen on out-of-fold predictions: five folds over the training sentences, grouped by
    ``situation``, so that no conflict stands on both sides. Features rest on the rules' own clauses, so train anew when those change.

Second fit
    ``--with-texts`` adds the coded texts that the rules were developed with (``texts.py``; never those held out): how often a clause
    of a report is an event cannot be learnt from sentences that were written to hold events. Out-of-fold figures for them leave the
    whole text out. The figures of ``python -m benchmarks.coding dev`` are then about texts that the weights have seen.

Items
    What the figures count: every labelled event; every word that a writer marked as looking like an event and being none; every
    further candidate of the lexicon (right when it is left out). An event that the lexicon does not propose counts as left out.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold

from benchmarks.coding.items import TEXT, Item, read_items, read_texts
from openparley.record.coders.rules.lexicon import DATA
from openparley.record.coders.rules.reranker import NONE, WEIGHTS, Reranker, load_reranker, preferred
from openparley.record.plover import TYPES

HERE = Path(__file__).resolve().parent
SENTENCES = HERE / "sentences"
CONFUSION = HERE / "confusion.md"
SEED = 4
FOLDS = 5
PENALTIES = (0.1, 0.2)
# Weights smaller than this change no decision and only make the file longer.
SMALL = 0.02
# A feature seen in fewer candidates than this is noise.
SEEN = 2
# F1s that differ by less are as good.
TIE = 0.005
WORDS = ("w=", "cast:w=", "o=", "s=", "lv=")
WORD_SIZE = 0.5
# Candidates of texts are few and are what the weights are for; each counts as so many of the sentences.
TEXT_WEIGHT = 2.0
FLOORS = tuple(np.arange(0.2, 0.71, 0.05).round(2))
CLASSES = (NONE, *TYPES)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--test", action="store_true", help="only measure the trained model on sentences/test.jsonl and write confusion.md")
    parser.add_argument("--with-texts", action="store_true", help="second fit: also train on the coded texts of development")
    parser.add_argument("--misses", action="store_true", help="list labelled events for which the lexicon has no candidate")
    options = parser.parse_args()
    random.seed(SEED)
    if options.test:
        test()
        return
    items = read_items(sorted(SENTENCES.glob("train_*.jsonl")))
    if options.misses:
        for item in items:
            if not item.features and item.gold != NONE:
                print(item.gold, "|", item.words)
        return
    if options.with_texts:
        items += read_texts()
    train(items)


def train(items: Sequence[Item]) -> None:
    """Choose, fit, calibrate, write the weights, and print what out-of-fold predictions are worth."""
    known = [item for item in items if item.features]
    lost = [item for item in items if not item.features]
    print(f"{len(items)} items, {len(known)} candidates, {sum(item.gold != NONE for item in lost)} events the lexicon does not propose")
    groups = [item.group for item in known]
    gold = np.array([CLASSES.index(item.gold) for item in known])
    best: tuple[float, float, np.ndarray] | None = None
    folds = folds_of(groups)
    for penalty in PENALTIES:
        scores = np.zeros((len(known), len(CLASSES)))
        for train_rows, test_rows in folds:
            names, weights, intercept = fit([known[row] for row in train_rows], penalty)
            scores[test_rows] = score([known[row] for row in test_rows], names, weights, intercept)
        loss = log_loss(scores, gold)
        print(f"penalty 1/C with C = {penalty}: out-of-fold log loss {loss:.3f}, accuracy {np.mean(scores.argmax(1) == gold):.3f}")
        if best is None or loss < best[0]:
            best = loss, penalty, scores
    assert best is not None
    _, penalty, scores = best
    temperature = min(np.arange(0.5, 2.01, 0.05), key=lambda value: log_loss(scores / value, gold))
    floor = best_floor(scores / temperature, known, gold, sum(item.gold != NONE for item in lost))
    names, weights, intercept = fit(known, penalty)
    write(names, weights, intercept, float(temperature), floor)
    print(f"C = {penalty}, temperature {temperature:.2f}, floor {floor}")
    chosen = decide(scores / temperature, known, floor)
    for name, wanted in (("sentences", False), ("texts", True)):
        rows = [row for row, item in enumerate(known) if item.group.startswith(f"{TEXT} ") == wanted]
        left = [item for item in lost if item.group.startswith(f"{TEXT} ") == wanted]
        if rows:
            report(f"{name}: lexicon alone", [known[row].baseline for row in rows], [known[row] for row in rows], left)
            report(f"{name}: re-ranker, out of fold", [chosen[row] for row in rows], [known[row] for row in rows], left)
    calibration(scores / temperature, gold)


def folds_of(groups: Sequence[str]) -> list[tuple[np.ndarray, np.ndarray]]:
    """Rows to train on and to predict: sentences by situation, texts by case, so that no conflict stands on both sides."""
    cases = [" ".join(group.split()[:2]) if group.startswith(f"{TEXT} ") else group for group in groups]
    return list(GroupKFold(FOLDS).split(groups, groups=cases))


def fit(items: Sequence[Item], penalty: float) -> tuple[dict[str, int], np.ndarray, np.ndarray]:
    """Weights of a multinomial logistic regression: (features, classes)."""
    counts = Counter(name for item in items for name in set(item.features))
    kept = {name for name, count in counts.items() if count >= SEEN}
    vectors = DictVectorizer()
    table = vectors.fit_transform([{name: size(name) for name in item.features if name in kept} for item in items])
    gold = [CLASSES.index(item.gold) for item in items]
    model = LogisticRegression(C=penalty, max_iter=400, random_state=SEED)
    model.fit(table, gold, sample_weight=[TEXT_WEIGHT if item.group.startswith(f"{TEXT} ") else 1.0 for item in items])
    weights = np.zeros((len(vectors.feature_names_), len(CLASSES)))
    intercept = np.full(len(CLASSES), -10.0)
    sizes = np.array([size(name) for name in vectors.get_feature_names_out()])
    weights[:, model.classes_] = model.coef_.T * sizes[:, None]
    intercept[model.classes_] = model.intercept_
    return {name: number for number, name in enumerate(vectors.get_feature_names_out())}, weights, intercept


def size(name: str) -> float:
    """Value of a feature that holds: single words are seen too seldom to be trusted like the rest, so the penalty weighs more on them."""
    return WORD_SIZE if name.startswith(WORDS) and "@" not in name else 1.0


def score(items: Sequence[Item], names: dict[str, int], weights: np.ndarray, intercept: np.ndarray) -> np.ndarray:
    return np.array([intercept + weights[[names[name] for name in set(item.features) if name in names]].sum(axis=0) for item in items])


def shares(scores: np.ndarray) -> np.ndarray:
    grown = np.exp(scores - scores.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)


def log_loss(scores: np.ndarray, gold: np.ndarray) -> float:
    return float(-np.mean(np.log(shares(scores)[np.arange(gold.size), gold] + 1e-12)))


def decide(scores: np.ndarray, items: Sequence[Item], floor: float) -> list[str]:
    """The type where an event is likely enough, else none; by the same rule as in the coder."""
    own = [CLASSES.index(item.lexicon) for item in items]
    return [CLASSES[preferred(row, kind, 0)] if 1 - row[0] >= floor else NONE for kind, row in zip(own, shares(scores), strict=True)]


def best_floor(scores: np.ndarray, known: Sequence[Item], gold: np.ndarray, lost: int) -> float:
    """The threshold with the best F1 of events with their type; of those as good, the one that asks a reviewer for least."""

    def value(floor: float) -> float:
        found = [CLASSES.index(name) for name in decide(scores, known, floor)]
        right = sum(a == b != 0 for a, b in zip(found, gold, strict=True))
        return 2 * right / (sum(a != 0 for a in found) + int((gold != 0).sum()) + lost)

    for floor in FLOORS:
        print(f"  floor {floor}: F1 {value(float(floor)):.3f}")
    values = {float(floor): value(float(floor)) for floor in FLOORS}
    return max(floor for floor, found in values.items() if found > max(values.values()) - TIE)


def write(names: dict[str, int], weights: np.ndarray, intercept: np.ndarray, temperature: float, floor: float) -> None:
    """The weights as JSON: for each feature the classes that it speaks for or against."""
    held: dict[str, list[list[float]]] = {}
    for name, number in names.items():
        cells = [[column, round(float(value), 3)] for column, value in enumerate(weights[number]) if abs(value) >= SMALL]
        if cells:
            held[name] = cells
    rest = {
        "classes": CLASSES,
        "temperature": round(temperature, 3),
        "floor": floor,
        "intercept": [round(float(value), 3) for value in intercept],
    }
    lines = ",\n".join(f"{json.dumps(name)}:{json.dumps(cells, separators=(',', ':'))}" for name, cells in held.items())
    text = json.dumps(rest)[:-1] + ', "features": {\n' + lines + "\n}}\n"
    (DATA / WEIGHTS).write_text(text, encoding="utf-8")
    print(f"{len(held)} features, {len(text) // 1024} KB")


def report(name: str, found: Sequence[str], known: Sequence[Item], lost: Sequence[Item]) -> dict[str, float]:
    """Print accuracy, macro F1 over types and none, and F1 of events with their type."""
    gold = [item.gold for item in known] + [item.gold for item in lost]
    made = [*found, *([NONE] * len(lost))]
    right = sum(a == b != NONE for a, b in zip(made, gold, strict=True))
    figures = {
        "accuracy": sum(a == b for a, b in zip(made, gold, strict=True)) / len(gold),
        "macro F1": float(f1_score(gold, made, labels=CLASSES, average="macro", zero_division=0)),  # pyright: ignore[reportArgumentType]
        "event F1": 2 * right / (sum(a != NONE for a in made) + sum(a != NONE for a in gold)),
        "precision": right / max(1, sum(a != NONE for a in made)),
        "recall": right / max(1, sum(a != NONE for a in gold)),
        "type right of found": right / max(1, sum(a != NONE and b != NONE for a, b in zip(made, gold, strict=True))),
    }
    print(f"{name}: " + ", ".join(f"{key} {value:.3f}" for key, value in figures.items()))
    return figures


def calibration(scores: np.ndarray, gold: np.ndarray) -> None:
    """Print how often what is said with a probability is right."""
    share = shares(scores)
    types = share[:, 1:].argmax(axis=1) + 1
    sure = share[np.arange(gold.size), types]
    for low in np.arange(0.0, 1.0, 0.1):
        rows = (sure >= low) & (sure < low + 0.1)
        if rows.sum():
            print(f"  said {low:.1f}–{low + 0.1:.1f}: {rows.sum():4d} candidates, right {np.mean(types[rows] == gold[rows]):.2f}")


def test() -> None:
    """Measure the shipped weights on the test sentences, write the confusion matrix."""
    items = read_items([SENTENCES / "test.jsonl"])
    model = load_reranker()
    known = [item for item in items if item.features]
    lost = [item for item in items if not item.features]
    rankings = [model.rank(item.features, item.lexicon) for item in known]
    found = [rank.event if rank.any_event >= model.floor else NONE for rank in rankings]
    baseline = report("lexicon alone", [item.baseline for item in known], known, lost)
    reranked = report("re-ranker", found, known, lost)
    lines = [
        "# Types of events on the test sentences",
        "",
        "Made by `python -m benchmarks.coding.train --test`; what an item is stands there.",
        "",
    ]
    lines += [f"{len(items)} items, {len(known)} of them candidates of the lexicon.", ""]
    lines += ["| | " + " | ".join(baseline) + " |", "|---|" + "--:|" * len(baseline)]
    lines += [
        f"| {name} | " + " | ".join(f"{value:.2f}" for value in row.values()) + " |"
        for name, row in (("lexicon alone", baseline), ("re-ranker", reranked))
    ]
    lines += ["", "## Coverage and accuracy", "", "| abstain below | decided | right of decided |", "|--:|--:|--:|"]
    for floor in (0.0, 0.35, 0.5, 0.65, 0.8, 0.9):
        lines.append(coverage(floor, known, model))
    lines += [
        "",
        "## Confusion: rows are the labels, columns what was found",
        "",
        *confusion([*found, *[NONE] * len(lost)], [*known, *lost]),
    ]
    CONFUSION.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def coverage(floor: float, known: Sequence[Item], model: Reranker) -> str:
    """Share of candidates decided – event or none – with at least a probability, and share of those that are right."""
    decided = []
    for item in known:
        share = model.probabilities(item.features)
        top = int(share.argmax())
        if share[top] >= floor:
            decided.append(CLASSES[top] == item.gold)
    right = sum(decided) / len(decided) if decided else 0.0
    return f"| {floor:.2f} | {len(decided) / max(1, len(known)):.2f} | {right:.2f} |"


def confusion(found: Sequence[str], items: Sequence[Item]) -> list[str]:
    table = Counter((item.gold, name) for item, name in zip(items, found, strict=True))
    lines = ["| | " + " | ".join(name[:4] for name in CLASSES) + " |", "|---|" + "--:|" * len(CLASSES)]
    for gold in CLASSES:
        lines.append(f"| {gold} | " + " | ".join(str(table[gold, name] or "") for name in CLASSES) + " |")
    return lines


if __name__ == "__main__":
    main()
