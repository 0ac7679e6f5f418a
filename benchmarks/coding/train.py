"""Train the re-ranker of events: ``python -m benchmarks.coding.train [--test] [--without calibration]``.

Material
    ``sentences/train_*.jsonl``, written for this, and the coded texts of development and calibration (``texts.py``; never those held
    out). ``sentences/test.jsonl`` is read with ``--test`` only.

Split
    Everything that is chosen – the penalty, the threshold – is chosen on predictions for texts whose conflict the model has not seen:
    the texts are dealt into folds by case, the sentences stand on the training side. The sentences' own figures come from folds by
    ``situation``. The weights that are shipped are then fitted to all of it, the calibration texts included; the lexicon was tuned on
    the development texts and on the calibration texts whose name begins with a letter from a to l, so the honest figure is the
    one of the other calibration texts. Features rest on the rules' own clauses, so train anew when those change.

Figures
    Of texts: F1 of events with their type by the matching rule of the codebook, over everything that is coded. Of sentences: every
    labelled event, every word that a writer marked as looking like an event and being none, every further candidate of the lexicon.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold

from benchmarks.coding.fitting import CLASSES, Fitted, fit
from benchmarks.coding.items import Item, Text, read_items, read_texts
from openparley.record.coders.rules.events.candidates import Candidate
from openparley.record.coders.rules.events.events import chosen
from openparley.record.coders.rules.events.reranker import NONE, WEIGHTS, Reranker, load_reranker
from openparley.record.coders.rules.lexicon import DATA
from openparley.record.entry import Event

HERE = Path(__file__).resolve().parent
SENTENCES = HERE / "sentences"
CONFUSION = HERE / "confusion.md"
FOLDS = 6
PENALTIES = (0.3, 0.1)
FLOORS = (0.25, 0.3, 0.35, 0.4, 0.45)
# F1s that differ by less are as good.
TIE = 0.004


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--test", action="store_true", help="only measure the trained model on sentences/test.jsonl and write confusion.md")
    parser.add_argument("--without", metavar="PART", default="", help="leave out the texts of a part: development or calibration")
    parser.add_argument("--misses", action="store_true", help="list labelled events for which the lexicon has no candidate")
    parser.add_argument("--quick", action="store_true", help="one penalty only")
    options = parser.parse_args()
    if options.test:
        test()
        return
    sentences = read_items(sorted(SENTENCES.glob("train_*.jsonl")))
    if options.misses:
        for item in sentences:
            if item.signs is None and item.gold != NONE:
                print(item.gold, "|", item.words)
        return
    texts = [text for text in read_texts() if text.part != options.without]
    train(sentences, texts, PENALTIES[:1] if options.quick else PENALTIES)


def train(sentences: Sequence[Item], texts: Sequence[Text], penalties: Sequence[float]) -> None:
    """Choose, fit, write the weights, and print what predictions for unseen texts are worth."""
    known = [item for item in sentences if item.signs is not None]
    lost = [item for item in sentences if item.signs is None]
    print(f"{len(known)} candidates in sentences, {sum(item.gold != NONE for item in lost)} events there that the lexicon does not propose")
    print(
        f"{sum(len(text.items) for text in texts)} candidates in {len(texts)} texts with {sum(len(text.events) for text in texts)} events"
    )
    tell("lexicon alone", texts, [chosen(text.reading, None) for text in texts])
    best: tuple[float, float, float] | None = None
    for penalty in penalties:
        models = _models(known, texts, penalty)
        values = {}
        for floor in FLOORS:
            found = [chosen(text.reading, models[text.case].reranker(floor)) for text in texts]
            values[floor] = tell(f"C = {penalty}, floor {floor}", texts, found)
        value = max(values.values())
        floor = max(floor for floor, held in values.items() if held > value - TIE)
        if best is None or value > best[0] + TIE:
            best = value, penalty, floor
    assert best is not None
    _, penalty, floor = best
    print(f"chosen: C = {penalty}, floor {floor}")
    _of_sentences(known, lost, texts, penalty, floor)
    fitted = fit([*known, *(item for text in texts for item in text.items)], penalty)
    written = fitted.as_json(floor)
    (DATA / WEIGHTS).write_text(written, encoding="utf-8")
    print(f"{len(written) // 1024} KB")


def _models(known: Sequence[Item], texts: Sequence[Text], penalty: float) -> dict[str, Fitted]:
    """A model for each case that has not seen it."""
    cases = sorted({text.case for text in texts})
    found: dict[str, Fitted] = {}
    for fold in range(min(FOLDS, len(cases))):
        out = cases[fold::FOLDS]
        model = fit([*known, *(item for text in texts if text.case not in out for item in text.items)], penalty)
        found |= dict.fromkeys(out, model)
    return found


def _of_sentences(known: Sequence[Item], lost: Sequence[Item], texts: Sequence[Text], penalty: float, floor: float) -> None:
    """Print the figures of the sentences, each predicted without its situation."""
    groups = [item.group for item in known]
    found = [NONE] * len(known)
    sure = np.zeros(len(known))
    more = [item for text in texts for item in text.items]
    for seen, unseen in GroupKFold(FOLDS).split(groups, groups=groups):
        model = fit([*(known[row] for row in seen), *more], penalty).reranker(floor)
        for row in unseen:
            signs = known[row].signs
            assert signs is not None
            ranking = model.rank(signs)
            sure[row] = ranking.probability
            found[row] = ranking.event if ranking.probability >= floor else NONE
    report("sentences: lexicon alone", [item.baseline for item in known], known, lost)
    report("sentences: re-ranker, out of fold", found, known, lost)
    for low in np.arange(floor, 1.0, 0.1):
        rows = [row for row in range(len(known)) if low <= sure[row] < low + 0.1 and found[row] != NONE]
        if rows:
            print(f"  said {low:.2f}–{low + 0.1:.2f}: {len(rows):4d}, right {np.mean([found[row] == known[row].gold for row in rows]):.2f}")


def tell(name: str, texts: Sequence[Text], found: Sequence[Sequence[Candidate]]) -> float:
    """Print F1 of texts by part; the one over the calibration texts, or over all if there are none, is returned."""
    parts: dict[str, Callable[[Text], bool]] = {
        "development": lambda text: text.part == "development",
        "calibration a–l": lambda text: text.part == "calibration" and text.name[0] <= "l",
        "calibration m–z": lambda text: text.part == "calibration" and text.name[0] > "l",
        "calibration": lambda text: text.part == "calibration",
        "all": lambda _: True,
    }
    values: dict[str, float] = {}
    for part, belongs in parts.items():
        rows = [(text, made) for text, made in zip(texts, found, strict=True) if belongs(text)]
        whole = sum(len(text.events) + len(made) for text, made in rows)
        if whole:
            values[part] = 2 * sum(matches(text.events, made) for text, made in rows) / whole
    print(f"{name}: " + ", ".join(f"{part} {value:.3f}" for part, value in values.items()))
    return values.get("calibration", values["all"])


def matches(events: Sequence[Event], found: Sequence[Candidate]) -> int:
    """How many coded events can be paired with one candidate each of their type that overlaps at least half of the shorter stretch."""
    options = [
        [
            number
            for number, made in enumerate(found)
            if made.event == event.event
            and 2 * (min(made.end, event.span.end) - max(made.start, event.span.start))
            >= min(made.end - made.start, event.span.end - event.span.start)
        ]
        for event in events
    ]
    taken: dict[int, int] = {}

    def place(event: int, seen: set[int]) -> bool:
        for number in options[event]:
            if number not in seen:
                seen.add(number)
                if number not in taken or place(taken[number], seen):
                    taken[number] = event
                    return True
        return False

    return sum(place(event, set()) for event in range(len(events)))


def report(name: str, found: Sequence[str], known: Sequence[Item], lost: Sequence[Item]) -> dict[str, float]:
    """Print accuracy, macro F1 over types and none, and F1 of events with their type."""
    gold = [item.gold for item in known] + [item.gold for item in lost]
    made = [*found, *([NONE] * len(lost))]
    right = sum(a == b != NONE for a, b in zip(made, gold, strict=True))
    labels = (NONE, *CLASSES)
    figures = {
        "accuracy": sum(a == b for a, b in zip(made, gold, strict=True)) / len(gold),
        "macro F1": float(f1_score(gold, made, labels=labels, average="macro", zero_division=0)),  # pyright: ignore[reportArgumentType]
        "event F1": 2 * right / (sum(a != NONE for a in made) + sum(a != NONE for a in gold)),
        "precision": right / max(1, sum(a != NONE for a in made)),
        "recall": right / max(1, sum(a != NONE for a in gold)),
        "type right of found": right / max(1, sum(a != NONE and b != NONE for a, b in zip(made, gold, strict=True))),
    }
    print(f"{name}: " + ", ".join(f"{key} {value:.3f}" for key, value in figures.items()))
    return figures


def test() -> None:
    """Measure the shipped weights on the test sentences, write the confusion matrix."""
    items = read_items([SENTENCES / "test.jsonl"])
    model = load_reranker()
    known = [item for item in items if item.signs is not None]
    lost = [item for item in items if item.signs is None]
    found = [decided(model, item, model.floor) for item in known]
    baseline = report("lexicon alone", [item.baseline for item in known], known, lost)
    reranked = report("re-ranker", found, known, lost)
    lines = [
        "# Types of events on the test sentences",
        "",
        "Made by `python -m benchmarks.coding.train --test`; what an item is stands there.",
        "",
        f"{len(items)} items, {len(known)} of them candidates of the lexicon.",
        "",
        "| | " + " | ".join(baseline) + " |",
        "|---|" + "--:|" * len(baseline),
    ]
    lines += [
        f"| {name} | " + " | ".join(f"{value:.2f}" for value in row.values()) + " |"
        for name, row in (("lexicon alone", baseline), ("re-ranker", reranked))
    ]
    lines += ["", "## Coverage and accuracy", "", "| abstain below | decided | right of decided |", "|--:|--:|--:|"]
    lines += [coverage(floor, known, model) for floor in (0.0, 0.35, 0.5, 0.65, 0.8, 0.9)]
    lines += ["", "## Confusion: rows are the labels, columns what was found", ""]
    lines += confusion([*found, *[NONE] * len(lost)], [*known, *lost])
    CONFUSION.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def decided(model: Reranker, item: Item, floor: float) -> str:
    """The type of an item where it is likely enough, else none."""
    assert item.signs is not None
    ranking = model.rank(item.signs)
    return ranking.event if ranking.probability >= floor else NONE


def coverage(floor: float, known: Sequence[Item], model: Reranker) -> str:
    """Share of candidates decided – event or none – with at least a probability, and share of those that are right."""
    right = []
    for item in known:
        assert item.signs is not None
        share = model.probabilities(item.signs)
        top = int(np.argmax(share))
        if share[top] >= floor:
            right.append((NONE, *model.classes)[top] == item.gold)
    return f"| {floor:.2f} | {len(right) / max(1, len(known)):.2f} | {sum(right) / len(right) if right else 0.0:.2f} |"


def confusion(found: Sequence[str], items: Sequence[Item]) -> list[str]:
    table = Counter((item.gold, name) for item, name in zip(items, found, strict=True))
    labels = (NONE, *CLASSES)
    lines = ["| | " + " | ".join(name[:4] for name in labels) + " |", "|---|" + "--:|" * len(labels)]
    lines += [f"| {gold} | " + " | ".join(str(table[gold, name] or "") for name in labels) + " |" for gold in labels]
    return lines


if __name__ == "__main__":
    main()
