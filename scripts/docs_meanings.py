"""What the keys of a case mean, in a line each, for the generated tables of the documentation."""

from __future__ import annotations

from collections.abc import Mapping

KEY_MEANINGS: Mapping[str, Mapping[str, str]] = {
    "top level": {
        "schema": "version of this layout; 1",
        "name": "short name; a letter, then letters, digits, `_` or `-`",
        "title": "heading of the brief",
        "fictional": "`true` for an invented case; the brief then says so on every page",
        "question": "what the headline outcome answers",
        "cutoff": "last day that counts; what became known later is not used",
        "lexicon": "words for probabilities; one list a document",
        "notes": "what a reader has to know, such as why a publication date is assumed",
        "actors": "who acts, speaks or is acted upon; the key is the id",
        "accounts": "rival accounts of what an actor wants",
        "model": "which game is played; without it the case is a record only",
        "assumptions": "every number of the model, as a range with its basis",
        "outcomes": "what may come to pass; exactly one is the headline",
        "levers": "what somebody could do differently",
        "observations": "which accepted entries show which move",
    },
    "[actors.ID]": {
        "name": "display name",
        "aliases": "other names in the texts",
        "country": "ISO 3166 alpha-3, `XAA` to `XZZ` for invented ones, or empty",
        "role": "what kind of actor it is",
        "proposed": "in `actors.toml`: a coder met it in a report and nobody has checked it",
    },
    "[[accounts]]": {
        "id": "id, used in claims and in addresses; in the game, a type of the actor",
        "actor": "whose motive it is about; an actor that moves in the game",
        "name": "at most five words; charts use it",
        "statement": "one sentence about the model’s actor under this account",
        "basis": "ids of the claims in the record that give it",
    },
    "[model]": {
        "family": "a family of [moves.md](moves.md)",
        "start": "first day of round 0",
        "round_days": "days in a round, 1 to 366",
        "rounds": "number of rounds, 1 to 1000; the cut-off must fall before the last that is forecast",
        "nodes": "nodes of the belief grid, a split, for actors in whom the usual number is too dear or too coarse",
        "margin": "rounds at the end that are solved but not forecast, because play near the end looks to it",
        "initial": "public variables whose starting value is not the default",
        "options": "arguments of the family that hold throughout",
    },
    "[[assumptions]]": {
        "id": "id, cited by the brief",
        "sets": "the parameter that it is; see the addresses below",
        "statement": "the assumption as a sentence",
        "unit": "unit of the numbers",
        "low": "5th percentile of a normal or log-normal, lower end of the others",
        "likely": "median of a normal or log-normal, mode of `pert` and `triangular`, the value of `fixed`; unused by `uniform`",
        "high": "95th percentile of a normal or log-normal, upper end of the others",
        "distribution": "how values are drawn between low and high; `beta` is the same as `pert`, within 0 and 1",
        "basis": "ids of entries, or `analyst`, or `default`; at least one",
        "status": "how well it is supported, in the case author’s judgement",
        "if_wrong": "what would be different",
    },
    "[[outcomes]]": {
        "id": "id",
        "name": "short name for charts and sentences",
        "what": "the sentence that resolves it",
        "when": "the ending or move that makes it happen in the model",
        "headline": "`true` for exactly one: the answer to the question of the case",
    },
    "when of an outcome": {
        "end": "label of an ending; then no actor and no move",
        "actor": "who moves; together with `move`",
        "move": "which move",
    },
    "[[levers]]": {
        "id": "id",
        "name": "short name for charts",
        "statement": "what is supposed, as a sentence",
        "actor": "who could pull it, or whose motive changes; may be left out where chance changes",
        "pulls": "whether somebody binds itself, a motive or chance changes, or a move is forced; shown in the brief",
        "game": "arguments of the family that differ from the game as it is",
        "sets": '`"ADDRESS" = value` from today on, the address in quotation marks; it begins with `weight`, `precision`, `propensity`, '
        "`discount` or `drift` (a motive) or with `chance`",
        "force": "moves as ACTOR.MOVE, each made once, at the actor's first chance",
        "believed": "`true` if the others take a forced move for a chosen one and learn from it",
    },
    "[[observations]]": {
        "move": "the move shown, as ACTOR.MOVE",
        "readings": "`actor.move` → share, for entries that may be read as one move or another; what is left to 1 is that they show none",
        "kind": "kind of entry that shows it",
        "actor": "any of these acts; empty for anybody",
        "recipient": "any of these is acted upon or addressed; empty for anybody",
        "type": "PLOVER type of an event, type of a commitment or value of a status; empty for any",
        "mode": "any of these PLOVER modes; empty for any",
        "realis": "for events: how real it must be",
        "entries": "exactly these entries, whatever else would fit",
        "on": "the day of the named entries, where their own date is too wide to place a move",
        "precedence": "the rule with the highest wins, for one entry and for one round",
    },
    "sources.csv": {
        "id": "id, S01 and on; the text is `texts/S01.txt`",
        "outlet": "who published it",
        "author": "as printed",
        "title": "as printed",
        "url": "where it was found",
        "published": "day of publication, YYYY-MM-DD",
        "published_basis": "how that is known: stated, or the reason for an assumed date",
        "retrieved": "day on which it was taken",
        "kind": "genre",
        "origin": "who the story goes back to; sources of one origin are echoes and count once",
        "reliability": "grade of the source; empty when there is none, and never used in arithmetic",
        "language": "ISO 639 code",
        "text_sha256": "SHA-256 of the text’s raw bytes",
        "chars": "length of the text in code points",
    },
    "constants": {
        "KINDS": "Kind of entry → its model, its file in `record/`, the first letter of its ids.",
        "Entry": "Any of the six kinds of entry.",
        "NOT_SETTLED": "How the status begins when a tolerance was missed.",
        "NOT_UNIQUE": "How the status begins when more than one equilibrium was found.",
        "Node": "A node of a tree: choice, chance or terminal.",
        "SOLVED": "How the status begins when the tolerance was met everywhere and no second equilibrium was found.",
        "STOPPED": "How the status begins when a limit of time or steps, or the user, ended the work early.",
        "WORLD": "Name of the step at which chance decides.",
    },
}

ADDRESS_MEANINGS: Mapping[str, str] = {
    "weight": "utils of an actor per unit of an interest, for one account or (`*`) for all",
    "precision": "λ of an actor, per util",
    "propensity": "base propensity m of a move, relative to 1",
    "prior": "relative weight of an account before the record; divided by the sum over the actor’s accounts",
    "drift": (
        "probability per round that a motive changes: `drift.ACTOR` to any other account alike, `drift.ACTOR.FROM.TO` for one pair; "
        "`drift.ACTOR.FROM` passes the check and is not read in this version"
    ),
    "discount": "value now of one util in the next round",
    "chance": "a probability of the world’s step",
    "detection": (
        "probability that a report of a move reaches the record: of one move, of all of an actor’s or (`detection.default`) all others; "
        "a draw of the world is reported only where `detection.world` says so"
    ),
    "error": "probability that a report names the wrong move: of every move (`error.event`), of one actor’s or the world’s, or of one move",
    "confusion": "share of the wrong reports of MOVE that name OTHER; what is not given is spread alike over the other moves",
    "none": "share kept for “none of these” about an actor before the record",
}

DEFAULT_NOTES: Mapping[str, str] = {
    "weight": "0",
    "propensity": "1",
    "prior": "1",
    "chance": "no default; the check asks for it",
    "confusion": "alike",
}

ENTRY_MEANINGS: Mapping[str, Mapping[str, str]] = {
    "every": {
        "id": "letter of the kind and a number",
        "kind": "kind of entry",
        "source": "id of the document in `sources.csv`",
        "span": "`start`, `end` (exclusive, in code points), `sha256` of the words, `head`: at most their first four",
        "paraphrase": "what it says, in the coder’s own words; at most 300 characters",
        "attributed_to": "who is behind the words: actor ids, or `author`; never empty",
        "attribution": "how they are named",
        "via": "who passed it on",
        "hearsay": "`true` when the source reports what another says happened",
        "historical": "`true` for background from before the dispute; no observation rule uses it",
        "language": "language of the words, where it is not that of the source",
        "date": "`start`, `end`, `granularity`, `anchor` (the day from which the words were read), `phrase`",
        "coder": "who or what proposed the entry: `name`, `version`, `rule`, `confidence`",
        "review": "derived from `reviews.jsonl` when the case is read; what stands here is ignored",
        "links": "relations to other entries: `rel` and `to`",
        "note": "a remark of the coder",
    },
    "event": {
        "kind": "event",
        "actor": "who did it; empty when nobody is named",
        "event": "PLOVER type",
        "mode": "PLOVER modes of that type",
        "recipient": "to whom",
        "context": "PLOVER contexts",
        "realis": "whether it happened",
    },
    "statement": {
        "kind": "statement",
        "content": "spans inside the quotation marks",
        "speaker": "who said it",
        "addressee": "to whom",
        "form": "direct speech, both, or reported",
        "medium": "where it was said",
    },
    "commitment": {
        "kind": "commitment",
        "type": "what is announced",
        "actor": "who is bound, or asks",
        "target": "to whom",
        "condition": "if or unless what",
        "consequence": "what follows",
        "made": "when it was made",
        "due": "when it falls due: `start`, `end`, and the `basis` on which that is read",
        "event": "PLOVER type of the announcement",
    },
    "status": {
        "kind": "status",
        "of": "id of the commitment",
        "value": "what the source says came of it",
        "as_of": "as of which day",
    },
    "claim": {
        "kind": "claim",
        "explains": "whose behaviour is explained",
        "behaviour": "which behaviour",
        "explanation": "the explanation, in the coder’s words",
        "mechanism": "the mechanism in a word or two",
        "stance": "how the source puts it",
        "supports": "ids of accounts that it speaks for",
        "denies": "ids of accounts that it speaks against",
    },
    "relation": {
        "kind": "relation",
        "subject": "who stands",
        "object": "to whom",
        "relation": "how",
        "trend": "which way it moves",
    },
}

# Settings whose meaning the docstring of their class leaves to their names.
SETTING_MEANINGS: Mapping[str, Mapping[str, str]] = {
    "AdaptiveImportance": {
        "seed": "seed of every random number; the same seed gives the same result",
        "grid": "settings of the solver",
    }
}

STATE_MEANINGS: Mapping[str, Mapping[str, str]] = {
    "mediated_ceasefire": {
        "offer": "what is on the table, or that talks have replaced it",
        "deadline": "`set` in the round of the threat, `running` in the next, `due` in the one after; `lapsed` until the allies answer",
        "lapses": "whether a threat was let go before",
        "coercion": "rung of the ladder: a veto-proof bill under way, sanctions on party A in force, secondary sanctions too",
        "support": "outside support for party B; `filled` while the allies bear it alone",
        "cohesion": "whether mediator and allies act together",
        "front": "whether party A is advancing",
        "wave": "1 from a wave of strikes to the end of the round",
        "rapport": "how mediator and party A stand to each other; `strained` from a wave of strikes until it mends",
    },
    "sanctions_threat": {
        "stage": "how far the matter has gone: no demand is backed by a threat, one is, it was defied, sanctions are in force",
    },
    "crisis_signalling": {
        "tension": "rounds that the crisis has been public; what it costs to back down is counted in them",
    },
}

MOVE_MEANINGS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "mediated_ceasefire": {
        "mediator": {
            "hold": "does nothing of note",
            "table_offer": "puts ceasefire terms on the table",
            "threaten": "threatens party A with sanctions by a date two rounds off",
            "enforce": "imposes the next rung of sanctions on party A",
            "let_lapse": "lets the date go without enforcing",
            "extend": "lets the date go and sets a new one",
            "cut_support": "cuts off support for party B",
            "restore_support": "restores it",
            "walk_away": "gives up the mediation",
        },
        "legislature": {
            "hold": "does nothing of note",
            "advance_bill": "gathers a veto-proof majority for secondary sanctions",
            "pass_bill": "passes them over the mediator’s head",
        },
        "allies": {
            "hold": "do nothing of note",
            "sanction": "impose sanctions of their own",
            "let_pass": "let a joint threat lapse as the mediator does",
            "backfill": "make up for the support that was cut",
            "withdraw": "stop making up for it",
        },
        "party_b": {
            "hold": "does nothing of note",
            "accept": "accepts the offer",
            "decline": "declines the offer",
            "conciliate": "pays a political price to have support restored",
            "strike": "strikes deep into party A’s territory",
            "concede": "accepts party A’s demands in talks",
        },
        "party_a": {
            "stall": "answers nothing",
            "escalate": "launches a wave of strikes",
            "comply": "heeds a threat before it is due: the front halts and the deadline is lifted",
            "counter": "answers with talks and demands of its own, or keeps them going",
            "accept": "accepts what is on the table, or settles in talks",
            "court": "courts the mediator, to mend relations",
        },
        "world": {
            "front_moves": "party A begins to advance",
            "front_halts": "its advance comes to a halt",
            "anger_fades": "relations between mediator and party A mend by themselves",
            "price_shock": "energy prices jump",
            "quiet": "none of these",
        },
    },
    "sanctions_threat": {
        "sender": {
            "hold": "does nothing of note",
            "threaten": "threatens sanctions unless its demand is met",
            "impose": "imposes the sanctions that it threatened",
            "back_down": "lets the defied threat go",
            "keep": "keeps sanctions in force",
            "lift": "lifts them although the target has not given way",
        },
        "target": {
            "wait": "has nothing to answer",
            "resist": "defies the threat",
            "endure": "bears another round of sanctions",
            "concede": "gives way to the threat, or to sanctions in force",
        },
    },
    "crisis_signalling": {
        "state_a": {
            "escalate": "takes a further public step and leaves the answer to the other side",
            "back_down": "leaves what is in dispute to state B",
            "attack": "begins a war",
        },
        "state_b": {
            "escalate": "takes a further public step and leaves the answer to the other side",
            "back_down": "leaves what is in dispute to state A",
            "attack": "begins a war",
        },
        "world": {
            "goes_on": "the crisis lasts another round",
            "incident": "an incident starts a war",
            "defused": "outside events end the crisis without a winner",
        },
    },
}
