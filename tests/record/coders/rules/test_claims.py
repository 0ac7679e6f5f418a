"""Claims: which sentences explain somebody's behaviour, whose, and in what stance."""

from __future__ import annotations

import pytest

from openparley.record.coders.draft import Draft, rows
from openparley.record.coders.rules.claims.claims import code_claims
from openparley.record.entry import KINDS
from tests.record.coders.rules.speech_samples import read

LEAST = 0.35


def claims(text: str, kind: str = "analysis") -> list[Draft]:
    return [draft for draft in code_claims(read(text, kind)) if draft.confidence >= LEAST]


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("Estavia wants the port because it needs the tolls.", ("estavia",)),
        ("Veil is playing for time, hoping that the winter will do his work.", ("norland_leader",)),
        ("Orrin is reluctant to sign before the vote.", ("estavia_negotiator",)),
        ("Veil shut the port in order to punish Estavia.", ("norland_leader",)),
        ("Veil believes that time works for him.", ("norland_leader",)),
        ("Frustrated by the delay, Veil threatened to leave.", ("norland_leader",)),
        ("The offer was a bluff, and Estavia is likely to call it.", ("estavia",)),
        ("Veil has been angered by the raids.", ("norland_leader",)),
        ("Veil needs the port before the vote, and cannot be seen to beg.", ("norland_leader",)),
        ("Orrin recanted under pressure from the provinces.", ("estavia_negotiator",)),
        ("Analysts doubt that Veil wants to shoot first.", ("norland_leader",)),
        ("Estavia cannot afford another winter without tolls.", ("estavia",)),
        ("We assess that Estavia will keep the port closed until June.", ("estavia",)),
    ],
)
def test_explanations(text: str, whose: tuple[str, ...]) -> None:
    (found,) = claims(text)
    assert found.fields["explains"] == whose
    assert text[found.start : found.end] == text.rstrip(".")


@pytest.mark.parametrize(
    "text",
    [
        "The delegations met in Geneva on Tuesday.",
        "Veil flew to Geneva and met Orrin.",
        "Norland's army shelled the port for three hours.",
        "The prices fell like stones.",
        "The session lasted until noon.",
    ],
)
def test_plain_reports_are_no_claims(text: str) -> None:
    assert claims(text, "news") == []


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Veil wants the port.", "asserted"),
        ("Veil probably wants the port.", "hedged"),
        ("There is little evidence that Veil wants the port.", "rejected"),
        ("Veil will probably walk away, as it would bolster his party.", "prediction"),
    ],
)
def test_stance(text: str, stance: str) -> None:
    (found,) = claims(text)
    assert found.fields["stance"] == stance


def test_comment_holds_more_claims_than_a_wire_report() -> None:
    text = "Veil could yet get away with it."
    surer, less = (code_claims(read(text, kind))[0].confidence for kind in ("opinion", "wire"))
    assert surer > less


def test_more_cues_are_surer() -> None:
    one = code_claims(read("Veil wants the port.", "news"))[0]
    two = code_claims(read("Veil wants the port because he fears the winter.", "news"))[0]
    assert two.confidence > one.confidence


def test_claim_inside_a_quotation_is_the_speakers() -> None:
    found = claims("“Estavia is stalling because it fears the vote,” Ada Brenn said.")
    assert found[0].fields["attributed_to"] == ("norland_minister",)
    assert found[0].fields["explains"] == ("estavia",)


def test_every_claim_is_a_valid_entry_in_words_of_our_own() -> None:
    text = "Veil wants the port because he fears the winter. Estavia is playing for time."
    drafts = claims(text)
    ids = [f"K{number:03d}" for number in range(1, len(drafts) + 1)]
    assert len(drafts) == 2
    for row in rows(drafts, ids, text, "S01", {"name": "rules", "version": "0"}):
        entry = KINDS["claim"].model.model_validate(row)
        assert "winter" not in entry.paraphrase
