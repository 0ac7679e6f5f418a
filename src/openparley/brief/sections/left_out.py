"""What the accounts would be without an outlet, an origin or what else was left out in turn."""

from __future__ import annotations

from openparley.brief.blocks import Block, Cell, Prose, Table
from openparley.brief.cite import Given, Number, Part, Ref, Sentence
from openparley.brief.context import Context, slug
from openparley.brief.words import decimal
from openparley.infer.left_out import IMPOSSIBLE, grouped, mover, names_of
from openparley.infer.posterior import WithoutIt

SHOWN = 8  # rows on the page; brief.json has all


def left_out_blocks(context: Context) -> list[Block]:
    """A sentence on the largest effect, and a row for all that changes the same reports."""
    results = context.posterior.left_out
    if not results or context.unobserved:
        return []
    groups = grouped(results)
    return [Prose(_sentences(context, groups)), *([_table(context, groups[:SHOWN])] if groups else [])]


def _sentences(context: Context, groups: list[tuple[WithoutIt, ...]]) -> tuple[Sentence, ...]:
    """What changes most, what cannot be left out, what changes nothing."""
    book, said = context.book, []
    possible = [group for group in groups if not group[0].impossible]
    if possible:
        number, before = _share(context, possible[0][0]), context.share(*mover(possible[0][0]))
        actor, label = mover(possible[0][0])
        account = Given(context.facts.account_name(label), name=True)
        whose = f" the share of {context.facts.position(actor)}’s account "
        parts: list[Part] = ["Without ", Given(names_of(possible[0]), name=True), whose, account, " would be "]
        said.append(
            book.say(
                "sources", "computed", parts, Ref(number, number.range), " in place of ", Ref(before, before.range), ", the largest change."
            )
        )
    for group in groups:
        if group[0].impossible:
            said.append(book.say("sources", "computed", "Without ", Given(names_of(group), name=True), f" {IMPOSSIBLE}."))
    idle = [result for result in context.posterior.left_out if not result.variant.changes]
    number = book.count("n-without-idle", "Left out without effect", len(idle), "outlets and origins, or what else was left out in turn")
    total = len(context.posterior.left_out)
    share = Ref(number.number, f"{len(idle)} of the {total}")
    one = len(idle) == 1
    ends = f" outlets and origins left out in turn change{'s' * one} no reported move; {'it has' if one else 'they have'} no row below."
    said.append(book.say("sources", "computed", share, ends if idle else " outlets and origins left out in turn changes no reported move."))
    return tuple(said)


def _share(context: Context, result: WithoutIt) -> Number:
    """The share that moves most, without what is left out."""
    actor, label = mover(result)
    name = f"Share of the account {context.facts.account_name(label)}, of {context.facts.position(actor)}, without {result.variant.label}"
    like = context.share(actor, label).id
    id = f"n-without-{result.variant.index}-{slug(actor)}-{slug(label)}"
    return context.book.estimate(id, name, result.accounts[actor][label], range_only=result.odds_as_range, like=like)


def _table(context: Context, groups: list[tuple[WithoutIt, ...]]) -> Table:
    columns = ("Left out", "Entries", "Account that moves most", "Share then", "Share now", "Effective draws", "k-hat")
    rows = tuple(_row(context, group) for group in groups)
    caption = "The accounts with an outlet or an origin left out: what it alone reported counts as not reported"
    return Table(caption, tuple((name,) for name in columns), rows, numeric=(1, 3, 4, 5, 6))


def _row(context: Context, group: tuple[WithoutIt, ...]) -> tuple[Cell, ...]:
    first = group[0]
    head: tuple[Cell, ...] = ((Given(names_of(group), name=True),), (str(max(len(one.variant.entries) for one in group)),))
    if first.impossible:
        return (*head, (IMPOSSIBLE,), ("–",), ("–",), ("–",), ("–",))
    actor, label = mover(first)
    then, now = _share(context, first), context.share(actor, label)
    named = Given(f"{context.facts.position(actor)}: {context.facts.account_name(label)}", name=True)
    shares: tuple[Cell, ...] = ((Ref(then, then.range),), (Ref(now, now.range),))
    return (*head, (named,), *shares, (decimal(round(first.effective_draws)),), (decimal(first.k_hat),))
