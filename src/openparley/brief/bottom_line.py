"""The bottom line: one sentence that ends in its range, confidence apart, what changed, two further judgements."""

from __future__ import annotations

from openparley.brief.blocks import Block, Fold, Prose, Section, Table
from openparley.brief.changed import Changes
from openparley.brief.charts.indicators import best
from openparley.brief.cite import Given, Part, Ref, Sentence
from openparley.brief.confidence import checklist, confidence_sentence
from openparley.brief.context import Context
from openparley.brief.sections.hinges import flip_sentence
from openparley.brief.sections.indicators import best_sentence
from openparley.brief.words import capital
from openparley.infer.posterior import NONE_OF_THESE
from openparley.infer.weights import FEWEST_EFFECTIVE


def bottom_line(context: Context, changes: Changes) -> Section:
    """The first section of the page; answer, range, confidence and what changed come first, so that one screen holds them."""
    checks = checklist(context)
    headline = likelihood_sentence(context, context.headline)
    confidence, further = confidence_sentence(context, checks), [soonest(context)]
    further += [*(likelihood_sentence(context, id) for id in list(context.outcomes)[1:2]), leading_account(context), *_quick(context)]
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


def soonest(context: Context) -> Sentence:
    """What would change this soonest: the report that would tell most, or else the smallest change that flips the headline."""
    found = best(context)
    if found:
        row = max((rows[0] for rows in found.values()), key=lambda row: (not row.between, row.gain))
        return best_sentence(context, row, "bottom-line", "What would change this soonest:")
    flips = context.forecast.hinges.flips if context.forecast.hinges is not None else None
    if flips is not None and flips.smallest is not None:
        return flip_sentence(context, flips, "bottom-line", "What would change this soonest, as no report would, is the smallest change")
    confirmed = flips is not None and any(row.status == "confirmed" for row in flips.rows)
    searched = "; no change of one assumption that was solved for flips the headline" if confirmed else ""
    said = f"What would change this soonest is not known: the run lists no report that would tell the accounts apart{searched}."
    return context.book.say("bottom-line", "computed", said)


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
    start: list[Part] = ["Among the accounts listed of ", context.facts.position(actor), ", "]
    label = Given(f"{first} ({context.facts.account_name(first)})", name=True)
    if second is not None and path.now[first].low <= path.now[second].high:
        other = context.share(actor, second)
        rival = Given(f"{second} ({context.facts.account_name(second)})", name=True)
        start += ["none stands clear: ", label, " holds ", Ref(one, one.range), " and ", rival, " ", Ref(other, other.range)]
    else:
        start += [label, " carries the most weight, ", Ref(one, one.range)]
    if none is not None:
        rest = context.share(actor, NONE_OF_THESE)
        start += [", with ", Ref(rest, rest.range), " on none of these"]
        if none.value > path.now[first].value:
            start += [", which is more than any of them"]
    fit = context.posterior.fit
    best = context.best_baseline
    verdict = "better" if fit.log_score > context.baselines[best] else "no better"
    end: list[Part] = [
        "; over ",
        Ref(context.observed),
        f" move{'s' * (fit.moves != 1)} the model as a whole predicts {verdict} than its best baseline (mean log score ",
    ]
    end += [Ref(context.fit("model")), " against ", Ref(context.fit(best)), ")"]
    return context.book.say(section, "computed", start, end, ".")


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
