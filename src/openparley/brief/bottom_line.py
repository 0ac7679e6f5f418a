"""The bottom line: one sentence that ends in its range, confidence apart, what changed, further judgements."""

from __future__ import annotations

from openparley.brief.blocks import Block, Fold, Prose, Section, Table
from openparley.brief.changed import Changes
from openparley.brief.cite import Given, Part, Ref, Sentence
from openparley.brief.confidence import checklist, confidence_sentence
from openparley.brief.context import Context
from openparley.brief.moves import within
from openparley.brief.soonest import soonest
from openparley.brief.words import capital
from openparley.infer.posterior import NONE_OF_THESE
from openparley.infer.weights import FEWEST_EFFECTIVE

FURTHER = 2


def bottom_line(context: Context, changes: Changes) -> Section:
    """The first section of the page; answer, range, confidence and what changed come first, so that one screen holds them."""
    checks = checklist(context)
    headline = likelihood_sentence(context, context.headline)
    confidence, further = confidence_sentence(context, checks), [soonest(context)]
    further += [*(likelihood_sentence(context, id) for id in further_outcomes(context)), leading_account(context), *_quick(context)]
    changed = Prose(changes.sentences(context), style="changed")
    blocks: list[Block] = [Prose((headline,), style="lead"), Prose((confidence,), style="confidence"), changed]
    rows = tuple(((check.criterion,), check.finding, (check.allows,), (check.rule,)) for check in checks)
    table = Table(
        "What the level of confidence rests on: the lowest line decides",
        (("Criterion",), ("Finding",), ("Allows at most",), ("Rule",)),
        rows,
    )
    blocks.append(Fold("The checklist behind the level of confidence", (table,)))
    blocks.append(Prose(tuple(further), style="further"))
    return Section("bottom-line", "Bottom line", tuple(blocks))


def further_outcomes(context: Context) -> list[str]:
    """The outcomes judged beside the headline, in the order of the case; ways in which the headline comes about add nothing to it."""
    listed = list(context.outcomes.values())
    return [row.id for row in listed[1:] if not within(context.facts.case.file, row, listed[0])][:FURTHER]


def _quick(context: Context) -> list[Sentence]:
    """The mark of a run with too few draws for odds, whatever their weights."""
    draws = context.posterior.diagnostics.draws
    if draws >= FEWEST_EFFECTIVE:
        return []
    rest = " draws of the assumptions; more draws narrow what the chosen ones leave open."
    return [context.book.say("bottom-line", "computed", "This is a quick look on ", Ref(context.draws), rest)]


def likelihood_sentence(context: Context, outcome: str, section: str = "bottom-line") -> Sentence:
    """One outcome by the last week, in words of the lexicon with their range."""
    estimate = context.forecast.outcomes[outcome].at_horizon
    likelihood = context.lexicon.describe(estimate)
    ref = Ref(context.probability(outcome), likelihood.label)
    parts: list[Part] = [Given(capital(context.outcome_name(outcome)), name=True), f" by {context.horizon}: ", ref]
    if likelihood.snapped:
        context.book.say(
            "how-to-read", "computed", f"The list has a gap where the number for {outcome} falls; the nearest term is printed."
        )
    return context.book.say(section, "computed", parts, ".")


def leading_account(context: Context, actor: str | None = None, section: str = "bottom-line") -> Sentence:
    """Which account of an actor leads, never without the absolute fit and only where the record shows its moves."""
    if context.unobserved:
        return nothing_observed(context, section)
    actor = actor or _most_moved(context)
    if not context.moves_of(actor):
        position = context.facts.position(actor)
        return context.book.say(
            section,
            "computed",
            f"No accepted entry reports a move of {position}, so the record cannot tell its accounts apart; "
            "their shares rest on the assumptions and on silence.",
        )
    path = context.posterior.accounts[actor]
    named = [label for label in path.labels if label != NONE_OF_THESE]
    named.sort(key=lambda label: -path.now[label].value)
    first, second = named[0], named[1] if len(named) > 1 else None
    none = path.now.get(NONE_OF_THESE)
    one = context.share(actor, first)
    start: list[Part] = [f"Of {_possessive(context.facts.position(actor))} accounts "]
    label = Given(f"{first} ({context.facts.account_name(first)})", name=True)
    if second is not None and path.now[first].low <= path.now[second].high:
        other = context.share(actor, second)
        rival = Given(f"{second} ({context.facts.account_name(second)})", name=True)
        start += ["none stands clear: ", label, " has ", Ref(one, one.range), " and ", rival, " ", Ref(other, other.range)]
    else:
        start += [label, " has the most weight, ", Ref(one, one.range)]
    if none is not None:
        rest = context.share(actor, NONE_OF_THESE)
        start += ["; none of these has ", Ref(rest, rest.range)]
        if none.value > path.now[first].value:
            start += [", more than any of them"]
    return context.book.say(section, "computed", start, "; ", _fit(context, section), ".")


def _fit(context: Context, section: str) -> list[Part]:
    """The fit that stands beside every winner: in full once a section, then the two scores alone."""
    fit, best = context.posterior.fit, context.best_baseline
    model, against = Ref(context.fit("model")), Ref(context.fit(best))
    if any(context.fit("model") in said.numbers for said in context.book.sentences if said.section == section):
        return ["mean log score ", model, " against ", against]
    verdict = "better" if fit.log_score > context.baselines[best] else "no better"
    start: list[Part] = [
        "over ",
        Ref(context.observed),
        f" move{'s' * (fit.moves != 1)} the model predicts {verdict} than its best baseline",
    ]
    return [*start, " (mean log score ", model, " against ", against, ")"]


def _possessive(position: str) -> str:
    return f"{position}’" if position.endswith("s") else f"{position}’s"


def nothing_observed(context: Context, section: str) -> Sentence:
    """What is said of the accounts when the record shows no move at all."""
    return context.book.say(
        section,
        "computed",
        "No accepted entry reports a move of the game, so the record cannot tell the accounts apart; "
        "the shares rest on the assumptions and on silence.",
    )


def _most_moved(context: Context) -> str:
    """The actor about whose accounts the record says most."""

    def move(actor: str) -> float:
        path = context.posterior.accounts[actor]
        return sum(abs(path.now[label].value - path.prior[label]) for label in path.labels)

    seen = [actor for actor in context.posterior.accounts if context.moves_of(actor)]
    return max(seen or context.posterior.accounts, key=move)
