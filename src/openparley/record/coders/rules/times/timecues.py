"""Words that tell whether something lies ahead or behind, and which clause a phrase of time belongs to."""

from __future__ import annotations

import re

from openparley.record.coders.rules.actors.world import words

__all__ = [
    "AHEAD",
    "AT_ONCE",
    "BELOW",
    "DEPENDENT",
    "DUE",
    "LED",
    "MODIFIER",
    "OPENED",
    "PAST_VERB",
    "PERFECT",
    "PLANNED",
    "PLANNING",
    "TO_VERB",
]

AHEAD = re.compile(
    r"\b(?:will|won't|shall|'ll|would|(?:is|are) (?:to|due|set|scheduled|expected|slated|planning)|due to|set (?:for|to)|"
    r"scheduled|plans? to|"
    r"planned for|"
    r"expected to|vow(?:s|ed) to|promis(?:es|ed) to|threaten(?:s|ed) to|going to|wants? to|must|unless|deadline)\b"
)
PERFECT = re.compile(
    r"\b(?:has|have|'ve|'s) (?:\w+ly |not |n't |also |now |already |since |long |yet |never )*"
    r"\w+(?:ed|en|wn|ne|ght|ld|de|ut|et|me|un|pt|st|ft|lt|nt|id|it|ad)\b"
)
MODIFIER = re.compile(r"\b(?:of|from) (?:\w+ )?$")
LED = words("in on at by since until till during before after for from over throughout within")
DUE = re.compile(r"\b(?:(?:is|are) (?:to|due|set|scheduled|expected|slated|going)|plans? to|wants? to|hopes? to|intends? to)\b")
# What a date in a clause below says about the clause above: a complement's little, that of a clause of time something.
BELOW = {"that": -3.5, "to": -2.5, "if": -4.0, "unless": -4.0, "until": -3.5, "quoted": -3.5, "wh": -3.0, "relative": -2.5,
          "purpose": -3.0,
          "after": -1.0, "because": -2.0, "while": -0.5, "ing": -0.5, "coordinate": -1.0}  # fmt: skip
DEPENDENT = words("that relative if unless until wh because after while")
# “talks in May”, “a vote on 5 May”: behind a verb of planning the date is that of what is planned.
PLANNED = re.compile(
    r"\b(?:talks|meetings?|summit|negotiations|votes?|elections?|conference|hearing|visit|trip|round|session|ceremony|trial|"
    r"referendum|truce|cease-?fire)"
    r"(?: with [^.;,]{1,40})?(?:,)? $|\b(?:upcoming|forthcoming|due|ahead of|slated|scheduled|set|postponed|delayed)\b[^.;,]{0,40}$"
)
PLANNING = words(
    "offer propose schedule plan invite promise vow threaten set postpone call agree announce order arrange delay suggest demand"
)
AT_ONCE = re.compile(r"\b(?:immediately|at once|without delay|right away|forthwith|straight away)\b", re.IGNORECASE)
# Clauses before which a phrase of time stands as part of them; “offered on Tuesday to host talks” is not one.
OPENED = frozenset({"finite", "participle", "gerund"})
PAST_VERB = re.compile(
    r"\b(?:\w{2,}(?<!ne)(?<!spe)ed|said|told|held|met|"
    r"took|gave|came|went|left|began|spoke|sent|fell|made|won|lost|hit|struck|shot|fought|broke|flew|"
    r"drove|rose|wrote|saw|heard|put|cut|set|read|ran|became|sat|led|built|bought|sold|paid|brought|caught|threw|drew|grew|withdrew|fled|"
    r"swore|tore|bore|chose|froze|stole|woke|shook|dug|hung|sank|sprang|was|were|had)"
    r"(?: (?:him|her|them|it|us|again|back|there|late|early|only|here|out|up|off|down|over|in|on))? "
    r"(?:on |late on |early on |late |early )?$"
)
TO_VERB = re.compile(r"\bto (?:\w+ly )?$")
