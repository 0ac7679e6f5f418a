"""Reading a case: only what is new, nothing that was reviewed is touched, and a kill in the middle loses no finished work."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from openparley.cli import main
from openparley.errors import CaseError, ReadOnlyError
from openparley.record.acts import accept, reject
from openparley.record.case import bundled_cases, open_case
from openparley.record.casefile import Actor
from openparley.record.coders import read
from openparley.record.coders.coder import Coded, Document
from openparley.record.coders.draft import Draft
from openparley.record.coders.read import READINGS, read_case
from openparley.record.sources import write_sources
from openparley.record.span import sha256
from openparley.record.store import read_jsonl
from tests.record.small_case import small_case, snapshot


class WordCoder:
    """Proposes an ACCUSE for every word that it was told; stands in for a coder where only the keeping of the record is tested."""

    name = "words"

    def __init__(self, *words: str, version: str = "1", actors: dict[str, Actor] | None = None, pause: float = 0.0) -> None:
        self.words, self.version, self.actors, self.pause = words, version, actors or {}, pause
        self.read: list[str] = []

    def digest(self) -> str:
        return sha256(" ".join(self.words))

    def code(self, document: Document) -> Coded:
        time.sleep(self.pause)
        self.read.append(document.source.id)
        drafts = []
        for word in self.words:
            at = document.text.find(word)
            if at >= 0:
                fields = {
                    "paraphrase": "Somebody is blamed.",
                    "attributed_to": ("author",),
                    "attribution": "author",
                    "actor": tuple(self.actors) or ("mediator",),
                    "event": "ACCUSE",
                }
                drafts.append(Draft("event", at, at + len(word), "ACCUSE.word", 0.6, fields))
        return Coded(tuple(drafts), self.actors)


def proposals(root: Path) -> dict[str, tuple[str, int, str]]:
    """Source, start and state of what the coder of words proposed, by id."""
    case = open_case(root)
    return {
        key: (entry.source, entry.span.start, entry.review.state)
        for key, entry in case.entries.items()
        if entry.coder and entry.coder.name == "words"
    }


def test_proposals_are_sound_entries_and_reviewed_ones_stay(tmp_path):
    root = small_case(tmp_path)
    before = open_case(root).entries

    done = read_case(root, lambda case: WordCoder("Norland", "threat"))

    after = open_case(root)
    assert [row.state for row in done.sources] == ["read", "read"]
    assert {key: after.entries[key] for key in before} == dict(before)
    assert sorted(proposals(root)) == ["E004", "E005", "E006", "E007"]
    assert all(entry.review.state == "proposed" for key, entry in after.entries.items() if key not in before)


def test_second_reading_does_nothing_and_changes_no_byte(tmp_path):
    root = small_case(tmp_path)
    read_case(root, lambda case: WordCoder("Norland"))
    stored = snapshot(root)
    coder = WordCoder("Norland")

    done = read_case(root, lambda case: coder)

    assert coder.read == []
    assert {row.state for row in done.sources} == {"unchanged"}
    assert snapshot(root) == stored


def test_new_source_alone_is_read(tmp_path):
    root = small_case(tmp_path)
    read_case(root, lambda case: WordCoder("Norland"))
    text = "Norland waits.\n"
    case = open_case(root)
    fresh = case.sources["S01"].model_copy(update={"id": "S03", "text_sha256": sha256(text), "chars": len(text)})
    (root / "texts" / "S03.txt").write_text(text)
    (root / "sources.csv").write_bytes(write_sources([*case.sources.values(), fresh]))
    coder = WordCoder("Norland")

    read_case(root, lambda case: coder)

    assert coder.read == ["S03"]


def test_better_coder_replaces_what_nobody_reviewed_and_ids_stay(tmp_path):
    root = small_case(tmp_path)
    read_case(root, lambda case: WordCoder("Norland", "threat", "harbour"))
    first = proposals(root)
    by_place = {place[:2]: key for key, place in first.items()}
    threat = by_place["S01", open_case(root).texts["S01"].index("threat")]
    norland = by_place["S01", open_case(root).texts["S01"].index("Norland")]
    accept(root, [threat], by="anna")
    reject(root, [norland], by="anna")

    read_case(root, lambda case: WordCoder("Norland", "threat", "truce", version="2"))

    second = proposals(root)
    assert second[threat][2] == "accepted"
    assert second[norland][2] == "rejected", "what was rejected is not proposed again"
    assert sum(place[:2] == first[norland][:2] for place in second.values()) == 1
    assert {key for key in first if key in second} == {key for key in first if first[key][:2] in {place[:2] for place in second.values()}}
    harbour = by_place["S01", open_case(root).texts["S01"].index("harbour")]
    assert harbour not in second
    assert not set(second) - set(first) & {harbour}, "an id that was given away is not used for something else"


def test_coders_do_not_touch_each_other(tmp_path):
    root = small_case(tmp_path)
    read_case(root, lambda case: WordCoder("Norland"))
    before = proposals(root)
    other = WordCoder("Norland")
    other.name = "others"

    read_case(root, lambda case: other)

    assert proposals(root) == before
    assert sum(entry.coder is not None and entry.coder.name == "others" for entry in open_case(root).entries.values()) == len(before)


def test_new_actors_are_stored_before_the_entries_that_name_them(tmp_path):
    root = small_case(tmp_path)

    done = read_case(root, lambda case: WordCoder("Norland", actors={"clerk": Actor(name="Clerk", role="official")}))

    assert done.actors == ("clerk",)
    assert open_case(root).file.actors["clerk"].proposed


def test_language_and_missing_text_are_said(tmp_path):
    root = small_case(tmp_path)
    case = open_case(root)
    sources = [source.model_copy(update={"language": "fr"} if source.id == "S01" else {}) for source in case.sources.values()]
    (root / "sources.csv").write_bytes(write_sources(sources))
    (root / "texts" / "S02.txt").unlink()

    done = read_case(root, lambda case: WordCoder("Norland"))

    assert [row.state for row in done.sources] == ["not in English (fr)", "no text at hand"]


def test_unknown_source_and_bundled_case_are_refused(tmp_path):
    root = small_case(tmp_path)
    with pytest.raises(CaseError, match="no source “S1”"):
        read_case(root, lambda case: WordCoder("Norland"), only=["S1"])
    with pytest.raises(ReadOnlyError, match="parley new"):
        read_case(bundled_cases()["strait-talks"], lambda case: WordCoder("Norland"))


def test_interrupt_keeps_whole_documents(tmp_path):
    root = small_case(tmp_path)
    coder = WordCoder("Norland")
    inner = coder.code

    def stop_at_second(document: Document) -> Coded:
        if coder.read:
            raise KeyboardInterrupt
        return inner(document)

    coder.code = stop_at_second
    with pytest.raises(KeyboardInterrupt):
        read_case(root, lambda case: coder)

    again = WordCoder("Norland")
    read_case(root, lambda case: again)
    assert coder.read == ["S01"]
    assert again.read == ["S02"]


KILLED = """
import sys
from pathlib import Path
from openparley.record.coders import read
from tests.record.coders.test_read import WordCoder
read.BATCH_SECONDS = 0.0
print("started", flush=True)
read.read_case(Path(sys.argv[1]), lambda case: WordCoder("Norland", pause=0.2))
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX systems")
def test_kill_loses_no_finished_document_and_the_case_stays_sound(tmp_path):
    root = small_case(tmp_path)
    case = open_case(root)
    sources = list(case.sources.values())
    for number in range(3, 60):
        text = f"Norland waits, {number}.\n"
        (root / "texts" / f"S{number:02d}.txt").write_text(text)
        sources.append(sources[0].model_copy(update={"id": f"S{number:02d}", "text_sha256": sha256(text), "chars": len(text)}))
    (root / "sources.csv").write_bytes(write_sources(sources))
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(root)], stdout=subprocess.PIPE, cwd=Path(__file__).parents[3])
    assert process.stdout is not None
    process.stdout.readline()
    while len(finished(root)) < 3 and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()

    done = finished(root)
    assert 3 <= len(done) < len(sources)
    open_case(root)
    coder = WordCoder("Norland")
    read_case(root, lambda case: coder)
    assert set(coder.read) == {source.id for source in sources} - done
    assert len({place[:2] for place in proposals(root).values()}) == len(proposals(root)), "nothing is proposed twice"


def finished(root: Path) -> set[str]:
    """Sources that the store says have been read."""
    path = root / READINGS
    return {row["source"] for _, row in read_jsonl(path, READINGS).rows} if path.is_file() else set()


def test_readings_hold_no_time_so_that_equal_readings_are_equal_files(tmp_path):
    stored = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        root = small_case(tmp_path / name)
        read_case(root, lambda case: WordCoder("Norland", "threat"))
        stored.append(snapshot(root))
    assert stored[0] == stored[1]
    assert json.loads(stored[0][READINGS].splitlines()[0])["proposed"] == 2


def test_batches_are_saved_while_reading(tmp_path, monkeypatch):
    root = small_case(tmp_path)
    monkeypatch.setattr(read, "BATCH_SECONDS", 0.0)
    seen = []
    read_case(root, lambda case: WordCoder("Norland"), progress=lambda done, total: seen.append((done, total, len(finished(root)))))
    assert [count for _, _, count in seen] == [0, 1]
    assert seen[-1][0] == seen[-1][1]


def test_an_actor_that_is_gone_takes_unreviewed_proposals_along(tmp_path):
    root = small_case(tmp_path)
    actors = {"clerk": Actor(name="Clerk", role="official")}
    read_case(root, lambda case: WordCoder("Norland", actors=actors))
    (root / "actors.toml").unlink()
    with pytest.raises(CaseError, match="no actor “clerk”"):
        open_case(root)

    read_case(root, lambda case: WordCoder("Norland"))

    assert {entry.actor for entry in open_case(root).entries.values() if entry.coder and entry.coder.name == "words"} == {("mediator",)}


def test_an_actor_that_a_reviewed_entry_names_cannot_go(tmp_path):
    root = small_case(tmp_path)
    read_case(root, lambda case: WordCoder("Norland", actors={"clerk": Actor(name="Clerk", role="official")}))
    accept(root, [next(iter(proposals(root)))], by="anna")
    (root / "actors.toml").unlink()
    with pytest.raises(CaseError, match="no actor “clerk”"):
        read_case(root, lambda case: WordCoder("Norland"))


def test_what_somebody_has_accepted_is_linked_and_not_accepted_again(tmp_path, capsys):
    root = small_case(tmp_path)
    case = open_case(root)
    words = case.texts["S01"][case.entries["E002"].span.start : case.entries["E002"].span.end]
    coder = WordCoder(words, "threat")
    inner = coder.code

    def as_assault(document: Document) -> Coded:
        coded = inner(document)
        drafts = [Draft(d.kind, d.start, d.end, d.rule, d.confidence, {**d.fields, "event": "ASSAULT"}) for d in coded.drafts]
        return Coded(tuple(drafts))

    coder.code = as_assault
    done = read_case(root, lambda case: coder)

    again = [entry for entry in open_case(root).entries.values() if any(link.to == "E002" for link in entry.links)]
    assert [row.known for row in done.sources] == [1, 0]
    assert [entry.review.state for entry in again] == ["proposed"]
    assert main(["accept", str(root), "--all", "--by", "anna"]) == 0
    assert again[0].id in capsys.readouterr().out.split("Left out")[1]
    assert open_case(root).entries[again[0].id].review.state == "proposed"
