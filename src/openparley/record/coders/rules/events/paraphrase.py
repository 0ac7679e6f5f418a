"""A sentence of our own words for an event: by type, actors and how real it is; never words of the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from openparley.record.entry import PARAPHRASE_LIMIT

if TYPE_CHECKING:
    from openparley.record.coders.rules.reading import Reading

__all__ = ["event_paraphrase", "listed", "name_of"]

# What is said of each type and mode: the predicate with its object, and without one.
_SAYS: dict[str, tuple[str, str]] = {
    "AGREE": ("agrees with {} or promises something to them", "agrees or promises to cooperate"),
    "CONSULT": ("holds talks with {}", "holds talks"),
    "CONSULT/visit": ("visits {} or sends somebody there", "makes a visit or sends somebody"),
    "CONSULT/phone": ("speaks with {} by telephone", "speaks by telephone"),
    "CONSULT/third-party": ("brings {} together or speaks with them as a go-between", "acts as a go-between"),
    "CONSULT/multilateral": ("meets {} in a wider circle", "attends a wider meeting"),
    "SUPPORT": ("takes the side of {} or praises them", "gives support or approval"),
    "COOPERATE": ("works or trades together with {}", "works or trades together with others"),
    "AID": ("gives material help to {}", "gives material help"),
    "CONCEDE": ("yields to {} in words", "yields in words"),
    "REQUEST": ("asks or demands something of {}", "asks or demands something"),
    "REQUEST/meet": ("asks {} for a meeting", "asks for a meeting"),
    "REQUEST/yield": ("asks {} to give way", "asks that somebody give way"),
    "REQUEST/assist": ("asks {} for help", "asks for help"),
    "ACCUSE": ("finds fault with {}", "finds fault"),
    "ACCUSE/allege": ("lays blame on {}", "lays blame"),
    "ACCUSE/investigate": ("has {} investigated or tried", "opens or holds an investigation"),
    "REJECT": ("turns down what {} wants", "turns something down"),
    "REJECT/meet": ("refuses to meet {}", "refuses a meeting"),
    "REJECT/yield": ("refuses to give way to {}", "refuses to give way"),
    "REJECT/assist": ("refuses help to {}", "refuses help"),
    "THREATEN": ("threatens {}", "makes a threat"),
    "THREATEN/violence": ("threatens {} with force", "threatens force"),
    "THREATEN/restrict": ("threatens {} with restrictions or penalties", "threatens restrictions or penalties"),
    "THREATEN/relations": ("threatens {} with a break", "threatens a break"),
    "PROTEST": ("protests against {}", "protests in public"),
    "PROTEST/strike": ("goes on strike against {}", "goes on strike"),
    "PROTEST/boycott": ("boycotts {}", "joins a boycott"),
    "SANCTION": ("punishes {} or puts restrictions on dealings with them", "imposes penalties or cuts dealings"),
    "SANCTION/expel": ("expels or excludes {}", "expels or excludes somebody"),
    "SANCTION/withdraw": ("withdraws from {} or from dealings with them", "withdraws from dealings"),
    "SANCTION/discontinue": ("cuts help to or dealings with {}", "cuts help or dealings"),
    "SANCTION/convict": ("convicts {}", "convicts somebody"),
    "MOBILIZE": ("readies forces against {}", "readies forces"),
    "COERCE": ("restricts or represses {}", "restricts or represses"),
    "COERCE/arrest": ("arrests or holds {}", "makes arrests"),
    "COERCE/confiscate": ("takes what belongs to {}", "takes what belongs to others"),
    "ASSAULT": ("uses violence against {}", "uses violence"),
    "ASSAULT/heavy-weapons": ("attacks {} with heavy weapons", "attacks with heavy weapons"),
    "ASSAULT/destroy": ("destroys what belongs to {}", "destroys what belongs to others"),
    "RETREAT": ("gives way to {} in deeds", "gives way in deeds"),
    "RETREAT/withdraw": ("pulls back from {}", "pulls back"),
    "RETREAT/release": ("releases those it held, to {}", "releases those it held"),
    "RETREAT/ceasefire": ("holds its fire against {}", "holds its fire"),
    "RETREAT/resign": ("leaves office", "leaves office"),
}
_REALIS = {
    "actual": "{} {}.",
    "future": "{} is to act: {}.",
    "hypothetical": "Only a possibility: {} {}.",
    "negated": "Told as not happening: {} {}.",
}
_SHOWN = 3


def event_paraphrase(reading: Reading, event: str, mode: str, actor: Sequence[str], recipient: Sequence[str], realis: str) -> str:
    """What happened, in a line.

    Notes
    -----
    The names are the display names of the table of actors.
    """
    toward, alone = _SAYS.get(f"{event}/{mode}") or _SAYS[event]
    subject = listed(reading, actor) if actor else "Somebody"
    others = [name for name in recipient if name not in actor]
    says = toward.format(listed(reading, others)) if others else f"{alone} with each other" if recipient and event == "CONSULT" else alone
    text = _REALIS[realis].format(subject, says)
    text = text[0].upper() + text[1:]
    return text if len(text) <= PARAPHRASE_LIMIT else f"{text[: PARAPHRASE_LIMIT - 1].rstrip()}…"


def listed(reading: Reading, ids: Sequence[str]) -> str:
    """Display names in a row; of many, the first few."""
    names = [name_of(reading, name) for name in ids]
    if len(names) > _SHOWN:
        names = [*names[:_SHOWN], "others"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def name_of(reading: Reading, actor: str) -> str:
    """Display name of an actor: the case's, a proposed one's, else the id in words."""
    table = reading.table
    known = table.actors.get(actor) or table.proposed().get(actor)
    return known.name if known is not None and known.name else actor.replace("_", " ")
