"""The coder against a real server: what it proposes, what it turns down, and that it can be stopped and goes on."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from openparley.errors import ParleyError
from openparley.record.acts import accept
from openparley.record.case import open_case
from openparley.record.coders.coder import Coder, UnfinishedError
from openparley.record.coders.draft import rows
from openparley.record.coders.llm.coder import LLMCoder, Settings
from openparley.record.coders.read import READINGS, read_case
from openparley.record.entry import KINDS
from tests.record.coders.llm.coding import ACTORS, TEXT, coded, document, settings, spans
from tests.record.coders.llm.server import (
    Answer,
    block,
    claim,
    code,
    commitment,
    completion,
    empty,
    endpoint,
    event,
    good,
    statement,
    status,
)
from tests.record.small_case import small_case, snapshot

ROOT = Path(__file__).resolve().parents[4]
ENDLESS = 600.0  # seconds for which an answer is kept back; whoever waits for it has not been stopped


def only(paragraph: str, **lists: Any):
    """A server that gives this answer to the paragraph with these words, and an empty one to others."""
    return lambda payload, number: completion(empty(**lists) if paragraph in block(payload, "PARAGRAPH") else empty())


def days(start: str, end: str) -> dict[str, Any]:
    return {"start": start, "end": end, "granularity": "day", "anchor": "event", "phrase": None}


def test_a_small_model_codes_the_text() -> None:
    found, running = coded()
    assert spans(found.drafts) == [
        ("REJECT", "Norland refused to meet the envoy"),
        ("ASSAULT", "Norland shelled the harbour of Suderland on Tuesday"),
        ("AGREE", "Suderland accepted the truce of the envoy"),
        ("SUPPORT", TEXT.splitlines()[3].rstrip(".")),
        ("AID", TEXT.splitlines()[3].rstrip(".")),
    ]
    refusal = found.drafts[0]
    assert (refusal.fields["actor"], refusal.fields["recipient"]) == (("party_a",), ("mediator",))
    assert (refusal.fields["attribution"], refusal.fields["attributed_to"]) == ("author", ("author_s01",))
    assert (refusal.confidence, refusal.rule) == (0.675, "event.model")
    assert found.notes == ()
    assert len(running.asked) == 3, "a line of two words is not asked about"


def test_it_is_a_coder_whose_version_tells_how_the_model_was_asked() -> None:
    with endpoint() as running:
        coder = LLMCoder(ACTORS, settings(running, seed=7))
        other = LLMCoder(ACTORS, settings(running, seed=None, temperature=None))
        assert isinstance(coder, Coder)
        host = running.url.removeprefix("http://")
        assert coder.version == f"small at {host}; temperature 0, seed 7; prompt {coder.prompt.digest[:12]}"
        assert other.version.startswith(f"small at {host}; the endpoint's own temperature and seed; ")
        assert coder.digest() != other.digest()


def test_neighbours_are_shown_and_marked_as_not_to_be_coded() -> None:
    _, running = coded()
    second = running.asked[1]
    assert block(second, "PARAGRAPH") == TEXT.splitlines()[1]
    assert block(second, "BEFORE") == TEXT.splitlines()[0]
    assert block(second, "AFTER") == "Short line."
    assert "BEFORE, not to be coded" in second["messages"][1]["content"]
    assert json.loads(block(second, "REPORT"))["published"] == "Wednesday 2025-03-05"


def test_every_kind_becomes_a_sound_entry() -> None:
    who = {"attribution": "named", "attributed_to": ["mediator"]}
    lists = {
        "statements": [
            statement(
                "“We will act", "said on Monday", speaker=["mediator"], content=[{"from": "We will act if they do not,", "to": ""}], **who
            )
        ],
        "commitments": [
            commitment(
                "We will act if they do not",
                type="threat",
                actor=["The envoy"],
                target=["Norland"],
                condition="no answer",
                event="THREATEN",
                due={"start": "2025-03-13", "end": "2025-03-13", "basis": "ten days"},
                date={"start": "2025-03-03", "end": "2025-03-03", "granularity": "day", "anchor": "publication", "phrase": "on Monday"},
                **who,
            )
        ],
        "statuses": [status("We will act", of="#1"), status("if they do not", of="C009", value="pending", as_of="2025-03-05")],
        "claims": [claim("Suderland accepted the truce", explains=["party_b"])],
        "relations": [
            {**claim("the truce of the envoy"), "subject": ["party_b"], "object": ["mediator"], "relation": "friendly", "trend": None}
        ],
        "events": [event("Suderland accepted", "of the envoy", event="AGREE", actor=["party_b"], recipient=["the envoy"])],
    }
    for key in ("explains", "behaviour", "explanation", "mechanism", "stance"):
        lists["relations"][0].pop(key)
    earlier = {"id": "C009", "type": "promise", "actor": ["party_b"], "target": [], "paraphrase": "A promise.", "due": None}
    found, running = coded(only("We will act", **lists), earlier=[earlier])
    assert found.notes == ()
    assert sorted(draft.kind for draft in found.drafts) == ["claim", "commitment", "event", "relation", "statement", "status", "status"]
    made = rows(found.drafts, [f"X{n}" for n in range(7)], TEXT, "S01", {"name": "llm", "version": "1"})
    entries = {row["kind"]: KINDS[row["kind"]].model.model_validate(json.loads(json.dumps(row))) for row in made}
    said = entries["statement"]
    assert TEXT[said.span.start : said.span.end] == "“We will act if they do not,” the envoy said on Monday"
    assert [TEXT[part.start : part.end] for part in said.content] == ["We will act if they do not,"]
    threat = next(row for row in made if row["kind"] == "commitment")
    assert (threat["actor"], threat["target"], threat["made"]["phrase"]) == (("mediator",), ("party_a",), "on Monday")
    assert {row["of"] for row in made if row["kind"] == "status"} == {threat["id"], "C009"}
    assert json.loads(block(running.asked[1], "COMMITMENTS")) == earlier


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (event("Norland declined to meet"), "a quote that is not in the paragraph"),
        (event("Norland refused", "accepted the truce"), "a quote that is not in the paragraph"),
        (event("Norland refused", actor=["atlantis"]), "an actor that neither the case nor the paragraph names"),
        (event("Norland refused", attribution="named"), "nobody it goes back to"),
        (event("Norland refused", attribution="named", attributed_to=["a passer-by"]), "an actor that neither"),
        (event("Norland refused", date=days("2025-03-09", "2025-03-01")), "not sound (date)"),
        (event("Norland refused", date=days("Monday", "Monday")), "not sound (date)"),
    ],
)
def test_what_is_not_in_the_text_or_the_case_is_turned_down_and_counted(entry: dict[str, Any], reason: str) -> None:
    found, running = coded(only("Norland refused", events=[entry, event("Norland shelled", event="ASSAULT")]))
    assert spans(found.drafts) == [("ASSAULT", "Norland shelled")]
    (note,) = found.notes
    assert note.startswith("1 entry of the answers turned down: 1 × ")
    assert reason in note
    assert len(running.asked) == 3, "what is not there is not asked for again"


def test_a_status_of_nothing_is_turned_down() -> None:
    for of in ("#1", "#0", "C001", "#²", "#-1"):
        found, _ = coded(only("Norland refused", statuses=[status("Norland refused", of=of)]))
        assert found.drafts == ()
        assert "the status of a commitment that is not there" in found.notes[0]


def test_new_actors_are_proposed_only_if_the_paragraph_names_them() -> None:
    text = "The Harbour League of Vessin accepted the offer of Norland."
    new = [{"name": "The Harbour League of Vessin", "role": "group"}, {"name": "Atlantis", "role": "party"}]
    entries = [event("The Harbour League", "the offer", actor=["The Harbour League of Vessin"]), event("the offer", actor=["Atlantis"])]
    found, _ = coded(only("Harbour", new_actors=new, events=entries), text)
    assert list(found.actors) == ["the_harbour_league_of_vessin"]
    actor = found.actors["the_harbour_league_of_vessin"]
    assert (actor.name, actor.role, actor.proposed) == ("The Harbour League of Vessin", "group", True)
    assert found.drafts[0].fields["actor"] == ("the_harbour_league_of_vessin",)
    assert len(found.drafts) == 1


def test_an_actor_proposed_in_one_report_is_known_in_the_next_and_one_that_was_dropped_is_not() -> None:
    def behave(payload: dict[str, Any], number: int) -> Answer:
        names = [{"name": "Vessin", "role": "party"}, {"name": "Ardmoor", "role": "party"}] if number == 1 else []
        return completion(
            empty(new_actors=names, events=[event("Vessin met", actor=["Vessin"]), event("not there at all", actor=["Ardmoor"])])
        )

    with endpoint(behave) as running:
        coder = LLMCoder(ACTORS, settings(running))
        text = "Vessin met the envoys of Ardmoor."
        first = coder.code(document(text))
        second = coder.code(document(text, "S02"))
    assert list(first.actors) == ["vessin"]
    assert second.actors == {}
    assert second.drafts[0].fields["actor"] == ("vessin",)
    assert "vessin" in block(running.asked[1], "ACTORS")
    assert "ardmoor" not in block(running.asked[1], "ACTORS")


def test_words_of_the_report_do_not_get_into_the_record_by_way_of_the_paraphrase() -> None:
    copied = "Suderland sent grain to the islands and Norland praised Suderland"
    entries = [
        event("Suderland sent grain", actor=["party_b"], event="AID", paraphrase=copied),
    ]
    claims = [claim("nobody at the table", explanation=copied)]
    found, _ = coded(only("sent grain", events=entries, claims=claims))
    assert [draft.fields["paraphrase"] for draft in found.drafts] == ["party_b: event (AID)."]
    assert "words of the report in place of the coder's own" in found.notes[0]


def test_a_model_that_is_not_sure_abstains() -> None:
    found, _ = coded(only("Norland refused", events=[event("Norland refused", confidence=0.4), event("Norland shelled", confidence=1)]))
    assert (found.abstained, [draft.confidence for draft in found.drafts]) == (1, [0.75])


def test_one_retry_shows_what_was_wrong() -> None:
    bad = empty(
        events=[
            event("Norland refused", event="DISLIKE"),
            event("one two three four five six seven", "eight nine ten eleven twelve thirteen"),
        ]
    )

    def behave(payload: dict[str, Any], number: int) -> Answer:
        return completion(code(payload) if len(payload["messages"]) > 2 else bad)

    found, running = coded(behave)
    assert spans(found.drafts) == spans(coded()[0].drafts)
    again = running.asked[1]["messages"]
    assert [message["role"] for message in again] == ["system", "user", "assistant", "user"]
    assert json.loads(again[2]["content"]) == bad
    assert "events.0.event: “DISLIKE” is not one of " in again[3]["content"]
    assert "events.1: a place quotes 13 words; at most 12" in again[3]["content"]


def test_after_the_retry_what_can_be_used_is_used() -> None:
    mixed = empty(events=[event("Norland refused", mode=["firearms"]), event("Norland shelled", event="ASSAULT", mode=["firearms"])])
    found, running = coded(only("Norland refused", **{key: value for key, value in mixed.items() if key == "events"}))
    assert spans(found.drafts) == [("ASSAULT", "Norland shelled")]
    assert found.notes == ("1 entry of the answers turned down: 1 × not by the schema.",)
    assert len(running.asked) == 4


@pytest.mark.parametrize(
    "content",
    [
        "",
        "I cannot help with that.",
        "```json\n{}\n```",
        "{}",
        "[]",
        '{"events": [',
        '{"a": NaN}',
        "[" * 50_000,
        '{"new_actors": [], "events": "all of them"}',
        None,
    ],
)
def test_answers_that_cannot_be_used_cost_one_paragraph_and_are_told(content: str | None) -> None:
    def behave(payload: dict[str, Any], number: int) -> Answer:
        return completion(content) if "Norland refused" in block(payload, "PARAGRAPH") else good(payload, number)

    found, running = coded(behave)
    assert [name for name, _ in spans(found.drafts)] == ["AGREE", "SUPPORT", "AID"]
    assert len(running.asked) == 4
    assert found.notes[0].startswith("paragraph 1: not coded, because two answers could not be used; --again asks anew. ")


@pytest.mark.parametrize("text", ["half a pair \ud800", "a bell \x07", "turned \u202e round", "\x1b[31mred"])
def test_text_that_could_harm_a_file_or_a_terminal_is_turned_down(text: str) -> None:
    def behave(payload: dict[str, Any], number: int) -> Answer:
        return completion(json.dumps(empty(events=[event("Norland refused", paraphrase=text)])))

    found, _ = coded(behave, "Norland refused to meet.")
    assert found.drafts == ()
    assert found.notes


def test_a_truncated_answer_splits_the_paragraph() -> None:
    def behave(payload: dict[str, Any], number: int) -> Answer:
        paragraph = block(payload, "PARAGRAPH")
        return (
            completion('{"new_actors": [', finish="length") if "refused" in paragraph and "shelled" in paragraph else good(payload, number)
        )

    found, running = coded(behave)
    assert spans(found.drafts) == spans(coded()[0].drafts)
    assert [block(payload, "PARAGRAPH") for payload in running.asked[1:3]] == [
        "Norland refused to meet the envoy.",
        "Norland shelled the harbour of Suderland on Tuesday.",
    ]
    assert block(running.asked[2], "BEFORE") == "Norland refused to meet the envoy."


def test_a_sentence_that_is_too_long_for_the_model_is_told() -> None:
    found, _ = coded(lambda payload, number: completion("{", finish="length"), "Norland refused to meet the envoy.")
    assert found.notes == ("paragraph 1: a sentence is too long for the model; not coded.",)


def test_a_long_paragraph_without_sentences_is_asked_about_in_parts() -> None:
    text = "word " * 3000
    found, running = coded(text=text)
    assert found.notes == ()
    assert len(running.asked) == 5
    assert all(len(block(payload, "PARAGRAPH")) <= 3000 for payload in running.asked)


def test_the_result_does_not_depend_on_the_number_of_workers() -> None:
    def late_first(payload: dict[str, Any], number: int) -> Answer:
        answer = good(payload, number)
        answer.delay = 0.2 if "refused" in block(payload, "PARAGRAPH") else 0.0
        return answer

    assert coded(late_first, workers=8)[0] == coded(workers=1)[0]


@pytest.mark.parametrize("budget", [9_000, 100_000], ids=["spent", "cut off"])
def test_what_the_first_answer_had_is_kept_where_there_is_no_second(budget: int) -> None:
    """The budget, or the length of an answer, may not allow to ask once more."""
    mixed = empty(events=[event("Norland refused", mode=["firearms"]), event("Norland shelled", event="ASSAULT")])

    def behave(payload: dict[str, Any], number: int) -> Answer:
        return completion("{", finish="length") if len(payload["messages"]) > 2 else completion(mixed, usage=5_000)

    found, running = coded(behave, TEXT.splitlines()[0], budget=budget)
    assert spans(found.drafts, TEXT) == [("ASSAULT", "Norland shelled")]
    assert len(running.asked) == (1 if budget < 10_000 else 2)


def test_cached_answers_are_used_and_damaged_ones_asked_anew(tmp_path: Path) -> None:
    with endpoint() as running:
        first, second, third, fourth = (LLMCoder(ACTORS, settings(running), cache=tmp_path / "cache") for _ in range(4))
        before = first.code(document())
        assert len(running.asked) == 3
        assert second.code(document()) == before
        assert len(running.asked) == 3
        assert (second.budget.spent, second.budget.calls) == (0, 0)
        files = sorted((tmp_path / "cache").rglob("*.json"))
        files[0].write_bytes(files[0].read_bytes()[:-20])
        files[1].write_text(
            files[1].read_text().replace("REJECT", "ACCUSE").replace("AGREE", "REJECT").replace('"answer": "', '"answer": " ')
        )
        after = third.code(document())
        assert len(running.asked) == 5
        assert after.drafts == before.drafts
        assert len(after.notes) == 2
        assert all("damaged" in note for note in after.notes)
        assert fourth.code(document()).notes == ()
        other = LLMCoder(ACTORS, settings(running, temperature=0.5), cache=tmp_path / "cache")
        other.code(document())
        assert len(running.asked) == 8, "another temperature is another question"
    assert (tmp_path / "cache" / ".gitignore").read_text() == "*\n"


def test_the_budget_stops_cleanly_and_a_larger_one_goes_on(tmp_path: Path) -> None:
    with endpoint(lambda payload, number: completion(code(payload), usage=8000)) as running:
        small = LLMCoder(ACTORS, settings(running, budget=20_000), cache=tmp_path)
        with pytest.raises(UnfinishedError) as caught:
            small.code(document())
        assert str(caught.value) == (
            "S01: the budget of 20000 tokens does not reach further; 16000 were spent. Read 2 of 3 passages of S01; "
            "it and what comes after it is not in the record yet. Give a larger --budget. "
            "What was answered is kept: the same command goes on from there."
        )
        assert len(running.asked) == 2
        larger = LLMCoder(ACTORS, settings(running, budget=40_000), cache=tmp_path)
        assert len(larger.code(document()).drafts) == 5
        assert len(running.asked) == 3


def test_a_failing_endpoint_leaves_nothing_half_read_and_goes_on_later(tmp_path: Path) -> None:
    root = small_case(tmp_path)
    broken = True

    def behave(payload: dict[str, Any], number: int) -> Answer:
        down = broken and "Relations between" in block(payload, "PARAGRAPH")
        return Answer({"error": "down"}, 500) if down else good(payload, number)

    with endpoint(behave) as running:
        stopped = read_case(root, lambda case: LLMCoder.of(case, settings(running)))
        assert [row.state for row in stopped.sources] == ["read", "not read"]
        assert stopped.stopped is not None
        assert re.search(r"answered HTTP 500.*Read 2 of 4 passages; S02", str(stopped.stopped))
        readings = [json.loads(line) for line in (root / READINGS).read_text().splitlines()]
        assert [row["source"] for row in readings] == ["S01"]
        assert {entry.source for entry in open_case(root).entries.values() if entry.coder and entry.coder.name == "llm"} == {"S01"}
        broken = False
        asked = len(running.asked)
        done = read_case(root, lambda case: LLMCoder.of(case, settings(running)))
        assert [row.state for row in done.sources] == ["unchanged", "read"]
        assert len(running.asked) == asked + 2, "the two paragraphs that were read are in the cache"
    readings = [json.loads(line) for line in (root / READINGS).read_text().splitlines()]
    assert {row["version"] for row in readings} == {done.version}
    assert running.url.removeprefix("http://") in done.version


def test_records_of_other_coders_and_reviewed_ones_stay_as_they_are(tmp_path: Path) -> None:
    root = small_case(tmp_path)
    path = root / "record" / "events.jsonl"
    rules = {"name": "rules", "version": "1", "rule": "REJECT.refuse_to", "confidence": 0.8}
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps({**row, "coder": rules}, ensure_ascii=False) + "\n" for row in lines))
    before = {key: entry.model_copy(update={"links": ()}) for key, entry in open_case(root).entries.items()}
    with endpoint() as running:
        read_case(root, lambda case: LLMCoder.of(case, settings(running)))
        middle = open_case(root).entries
        ours = [key for key, entry in middle.items() if entry.coder and entry.coder.name == "llm"]
        assert ours
        accept(root, ours[:1], by="anna")
        read_case(root, lambda case: LLMCoder.of(case, settings(running, model="other")), again=True)
    after = open_case(root).entries
    assert {key: after[key].model_copy(update={"links": ()}) for key in before} == before
    assert after[ours[0]].review.state == "accepted"
    assert len([key for key in after if key not in before]) == len(ours), "its own proposals are replaced, not doubled"


def test_a_bundled_case_gets_no_cache(tmp_path: Path) -> None:
    case = open_case("strait-talks")
    with endpoint() as running:
        coder = LLMCoder.of(case, settings(running))
        assert coder.cache.folder is None


def test_ctrl_c_ends_at_once_and_keeps_what_was_read(tmp_path: Path) -> None:
    root = small_case(tmp_path)

    def behave(payload: dict[str, Any], number: int) -> Answer:
        return Answer({}, delay=ENDLESS) if "Relations" in block(payload, "PARAGRAPH") else good(payload, number)

    with endpoint(behave) as running:
        code = (
            # Ctrl-C is heard also where the tests were started with it ignored, as in the background of a script.
            "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
            "import sys; from pathlib import Path; from openparley.record.coders.read import read_case; "
            "from openparley.record.coders.llm import LLMCoder, Settings; "
            f"read_case(Path(sys.argv[1]), lambda case: LLMCoder.of(case, Settings({running.url!r}, 'small')))"
        )
        process = subprocess.Popen([sys.executable, "-c", code, root], stderr=subprocess.DEVNULL, cwd=ROOT)
        try:
            while not any("Relations" in block(payload, "PARAGRAPH") for payload in list(running.asked)):
                assert process.poll() is None
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            assert process.wait(ENDLESS / 2) != 0, "it waits for the answer"
        finally:
            process.kill()
            process.wait()
    assert [json.loads(line)["source"] for line in (root / READINGS).read_text().splitlines()] == ["S01"]
    open_case(root)
    assert os.access(root, os.W_OK)


@pytest.mark.parametrize(
    "wrong",
    [{"workers": 0}, {"workers": 9}, {"temperature": -1.0}, {"budget": 0}, {"timeout": 0.0}, {"timeout": float("nan")}, {"model": " "}],
)
def test_settings_that_cannot_be_meant(wrong: dict[str, Any]) -> None:
    with pytest.raises(ParleyError, match=f"--{next(iter(wrong))}: "):
        Settings(**{"endpoint": "http://localhost", "model": "m", **wrong})


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(ParleyError, match=r'pip install "openparley\[llm\]"'):
        LLMCoder(ACTORS, Settings("http://localhost:1", "m"))


def test_an_empty_text_is_not_asked_about() -> None:
    found, running = coded(text=" \n")
    assert (found.drafts, found.notes, running.asked) == ((), (), [])


def test_texts_of_every_make_keep_their_offsets() -> None:
    text = "\ufeffNorland refused to meet\u2028the envoy 🎭\r\nand then Suderland accepted "
    text += "e\u0301te\u0301 \0 terms of \u05d0\u05d1 Norland.\r\n"
    found, _ = coded(text=text)
    for draft in found.drafts:
        assert 0 <= draft.start < draft.end <= len(text)
    assert snapshot(ROOT / "tests" / "record" / "coders" / "llm")  # nothing was written beside the tests
