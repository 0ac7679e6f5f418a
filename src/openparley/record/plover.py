"""PLOVER's words for events: sixteen types, their modes, the contexts, the cooperation–conflict scores.

Read in the PLOVER manual, draft version 0.8 (Open Event Data Alliance, 2021; ``PLOVER_MANUAL.tex`` of the repository
``openeventdata/PLOVER``): scores from its table "PLOVER conflict–cooperation scores", modes from the tables of each category,
contexts from "General contexts". All sixteen scores were checked against that table. Three things differ from it or need saying:

- What the manual calls DEMAND is REQUEST here, as in the POLECAT data and our codebook; it keeps DEMAND's score and modes.
- The table writes COOPERATION for COOPERATE.
- The manual's text and summary put SANCTION under material conflict, its table of quad categories under verbal conflict;
  the text is followed.

The special contexts (historical, future, hypothetical, negation) are the fields ``historical`` and ``realis`` of an entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["CONTEXTS", "MODES", "PLOVER_VERSION", "TYPES", "EventType", "score"]

PLOVER_VERSION = "0.8 (draft, 2021)"

Quad = Literal["verbal cooperation", "material cooperation", "verbal conflict", "material conflict"]


@dataclass(frozen=True)
class EventType:
    """One PLOVER type.

    Attributes
    ----------
    meaning
        In a line.
    score
        Cooperation–conflict score, −10 (conflict) to +10 (cooperation).
    quad
        Verbal or material, cooperation or conflict.
    modes
        How it was done; empty when the type knows no modes.
    """

    meaning: str
    score: float
    quad: Quad
    modes: tuple[str, ...] = ()


_ANSWERS = ("assist", "change", "yield", "meet")

TYPES: dict[str, EventType] = {
    "AGREE": EventType("agrees, offers or promises to cooperate; planned meetings", 4.2, "verbal cooperation"),
    "CONSULT": EventType("meets, visits, hosts, telephones", 2.1, "verbal cooperation", ("visit", "third-party", "multilateral", "phone")),
    "SUPPORT": EventType("backs, praises, recognises, signs", 4.6, "verbal cooperation"),
    "COOPERATE": EventType("works together to mutual material benefit", 6.8, "material cooperation"),
    "AID": EventType("gives material help", 7.4, "material cooperation"),
    "CONCEDE": EventType("yields in words: eases, pardons, declares a ceasefire", 5.0, "verbal cooperation"),
    "REQUEST": EventType("calls on somebody, demands, orders", -5.0, "verbal conflict", _ANSWERS),
    "ACCUSE": EventType("criticises, accuses, investigates, sues", -2.0, "verbal conflict", ("disapprove", "investigate", "allege")),
    "REJECT": EventType("refuses or turns down", -4.2, "verbal conflict", _ANSWERS),
    "THREATEN": EventType(
        "warns of consequences", -5.1, "verbal conflict", ("restrict", "ban", "arrest", "relations", "expel", "territory", "violence")
    ),
    "PROTEST": EventType(
        "demonstrates, strikes, riots", -6.6, "material conflict", ("demo", "riot", "general", "strike", "hunger", "boycott", "obstruct")
    ),
    "SANCTION": EventType(
        "reduces relations or help, expels, withdraws", -5.2, "material conflict", ("convict", "expel", "withdraw", "discontinue")
    ),
    "MOBILIZE": EventType("readies forces short of using them", -5.3, "material conflict", ("troops", "weapons", "police", "militia")),
    "COERCE": EventType(
        "represses, restricts, seizes, arrests",
        -7.2,
        "material conflict",
        ("confiscate", "restrict", "ban", "censor", "curfew", "martial-law", "arrest", "deport", "withhold"),
    ),
    "ASSAULT": EventType(
        "does violence",
        -9.3,
        "material conflict",
        (
            "abduct",
            "beat",
            "torture",
            "execute",
            "sexual",
            "assassinate",
            "destroy",
            "primitive",
            "firearms",
            "explosives",
            "suicide-attack",
            "heavy-weapons",
            "cleansing",
            "massacre",
            "unconventional",
            "sideAB",
        ),
    ),
    "RETREAT": EventType(
        "gives way in deeds: withdraws, releases, observes a ceasefire",
        7.6,
        "material cooperation",
        ("withdraw", "release", "return", "disarm", "ceasefire", "access", "resign"),
    ),
}

MODES: dict[str, tuple[str, ...]] = {name: kind.modes for name, kind in TYPES.items()}

CONTEXTS: tuple[str, ...] = (
    "military",
    "intelligence",
    "peacekeeping",
    "economic",
    "diplomatic",
    "resource",
    "disease",
    "enviro_disaster",
    "migration",
    "humanitarian",
    "asylum",
    "legal",
    "human_rights",
    "rights_freedoms",
    "gender",
    "lgbt",
    "terrorism",
    "human_security",
    "religion_ethnicity",
    "executive",
    "election",
    "legislative",
    "cbrn",
    "cyber",
    "political_institutions",
    "corruption",
    "crime",
    "illegal_drugs",
)


def score(event: str) -> float:
    """Cooperation–conflict score of a PLOVER type, −10 to +10.

    Examples
    --------
    >>> score("ASSAULT"), score("RETREAT")
    (-9.3, 7.6)
    """
    return TYPES[event].score
