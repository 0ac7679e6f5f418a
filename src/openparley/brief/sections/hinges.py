"""What the headline hinges on: one assumption at the ends of its range, and the smallest change that would flip the headline."""

from __future__ import annotations

from math import exp, isfinite

from openparley.brief.blocks import Block, Cell, Prose, Table
from openparley.brief.charts.tornado import LEAST_SKILL, SHOWN, ends, error, told
from openparley.brief.cite import Given, Link, Number, Part, Ref, Sentence
from openparley.brief.context import Context
from openparley.brief.figures import Drawn, draw
from openparley.brief.words import capital, counted, cut, decimal, percent
from openparley.forecast.at_value import AtValue
from openparley.forecast.flip import Flip, FlipTest, band_of
from openparley.forecast.hinges import Hinges
from openparley.forecast.tornado import TornadoRow

LETTERS = 90
HALF = 0.5  # a skill under it misses more of the variance than it foretells
LEAST_SHARE = 0.05  # of the variance; less does not stand out
WIDE = 1.645  # standard errors of a 90 % range
EXCLUDED = "the record excludes it"


def hinges_blocks(context: Context) -> tuple[list[Block], list[Drawn]]:
    """A sentence or two, the tornado, the flip test."""
    found = context.forecast.hinges
    if found is None:
        said = context.book.say("hinges", "computed", "What the headline hinges on was not computed in this run.")
        return [Prose((said,))], []
    rows = told(found.tornado)
    said = [*_opening(context, found, rows), *_variance(context, found), flip_sentence(context, found.flips)]
    if not rows:
        return [Prose(tuple(said))], []
    table = _table(context, found, rows[:SHOWN])
    note = (
        "Hollow with the assumption at its 5 % quantile, filled at its 95 % quantile, the dashed line as it stands. "
        "Thick lines are solved anew, thin ones emulated."
    )
    drawn = draw(context, "tornado", table, note)
    return [Prose(tuple(said)), drawn.figure if drawn else table], [drawn] if drawn else []


def _opening(context: Context, found: Hinges, rows: list[TornadoRow]) -> list[Sentence]:
    """The widest assumption, or that none can be told; how far the emulator can be trusted."""
    wide, book, draws = found.tornado, context.book, Ref(context.draws)
    of = "share of its variance between draws that an emulator foretells from the assumptions, cross-validated; 1 is perfect"
    skill = book.count("n-hinge-skill", "Skill of the emulator of the headline", wide.r2_forecast, of, "decimal")
    if not rows:
        said: list[Part] = ["What the headline hinges on cannot be told from ", draws, " draws: an emulator of it has a skill of ", skill]
        return [book.say("hinges", "computed", said, ", where one is perfect, and nothing was solved anew.")]
    first = rows[0]
    number = hinge(context, first)
    how = "by solving the game anew" if first.solved else "as emulated"
    start: list[Part] = ["Of all assumptions ", *named(context, first.assumption), f" moves the headline most, {how}: "]
    said = [Ref(number, number.range), f" over its range, {_way(first)}."]
    solved = sum(bool(row.solved) for row in rows)
    parts: list[Part] = ["The emulator, fitted to ", draws, " draws, has a skill of ", skill]
    parts += [", too little to say anything of the other assumptions"] if len(rows) == solved < len(wide.rows) else []
    if solved:
        parts += ["; solved for anew: ", book.count("n-hinge-solved", "Assumptions solved for", solved, "the widest ones, at both ends")]
    else:
        parts += ["; nothing was solved anew"]
    return [book.say("hinges", "computed", start, said), book.say("hinges", "computed", parts, ".")]


def _way(row: TornadoRow) -> str:
    """Which end gives more."""
    low, high = ends(row)
    if not (isfinite(low.forecast) and isfinite(high.forecast)):
        return "of which the record excludes one"
    return "rising with it" if high.forecast > low.forecast else "falling with it"


def _variance(context: Context, found: Hinges) -> list[Sentence]:
    """The assumption that would take most of the variance with it, where one stands out."""
    split = next((one for one in found.shares if one.quantity == found.outcome and one.shares), None)
    if split is None or split.shares[0].first_low < LEAST_SHARE:
        return []
    share = split.shares[0]
    number = Number(
        "n-hinge-share",
        f"Share of the variance of the headline due to {share.assumption} alone",
        share.first,
        share.first_low,
        share.first_high,
        0.9,
        "90 % range over bootstrap samples of the draws; of the variance under the prior, the noise of finite futures taken out",
        0.0,
        assumptions=(share.assumption,),
        kind="share",
        why="no entry: it is about the model before the record",
    )
    ref = Ref(context.book.number(number), number.range)
    parts: list[Part] = ["Were ", *named(context, share.assumption), " known, ", ref, " of the variance of the headline"]
    return [context.book.say("hinges", "computed", parts, " before the record would go away.")]


def named(context: Context, id: str, section: str = "hinges") -> list[Part]:
    """An assumption by id, and by statement where the section has not said it yet."""
    statement = Given(_statement(context, id))
    known = any(statement in sentence.parts for sentence in context.book.sentences if sentence.section == section)
    return [Link(id, id)] if known else [Link(id, id), " (", statement, ")"]


def _statement(context: Context, id: str) -> str:
    row = next((row for row in context.facts.case.file.assumptions if row.id == id), None)
    return cut(context.facts.unquoted(row.statement).rstrip(". "), LETTERS) if row else id


def hinge(context: Context, row: TornadoRow) -> Number:
    """The headline as it stands, with its range between the ends of one assumption; the trace has every end."""
    assert context.forecast.hinges is not None
    wide = context.forecast.hinges.tornado
    values = [at.forecast for at in ends(row) if isfinite(at.forecast)]
    lines = [(f"At {decimal(at.x)}, emulated", _worth(at)) for at in (row.emulated[0], row.emulated[-1])]
    lines += [(f"At {decimal(at.x)}, {counted(at.draws, 'draw')} solved", _worth(at)) for at in row.solved]
    how = "solved anew" if row.solved else "emulated"
    now = context.probability(wide.outcome)
    return context.book.number(
        Number(
            f"n-hinge-{row.assumption}",
            f"Headline with {row.assumption} at either end of its range",
            wide.base,
            min(values),
            max(values),
            0.9,
            f"the range is that from its 5 % to its 95 % quantile, {how}, all else as drawn; the value is the headline as it stands",
            error(context, row),
            assumptions=(row.assumption,),
            kind="share",
            breakdown=tuple(lines),
            like=now.id,
        )
    )


def _worth(at: AtValue) -> str:
    """Forecast and verdict of the record at one value."""
    if not isfinite(at.forecast):
        return EXCLUDED
    return f"{percent(at.forecast, at.error if isfinite(at.error) else 0.0)}; the record {_verdict(at)} as probable"


def _verdict(at: AtValue) -> str:
    """How many times as probable the record is with the assumption set as with it drawn."""
    factor = exp(min(at.verdict, 50.0))
    return f"×{factor:.1f}" if factor >= 0.95 else f"×{factor:.2f}" if factor >= 0.005 else "×<0.01"


def _table(context: Context, found: Hinges, rows: list[TornadoRow]) -> Table:
    body: list[tuple[Cell, ...]] = []
    for row in rows:
        number = hinge(context, row)
        cells = [(Ref(number, percent(at.forecast, number.mcse or 0.0)),) if isfinite(at.forecast) else (EXCLUDED,) for at in ends(row)]
        verdicts = " / ".join(_verdict(at) if isfinite(at.forecast) else "excluded" for at in ends(row))
        name: Cell = (Link(row.assumption, row.assumption), " ", Given(_statement(context, row.assumption)))
        body.append((name, *cells, ("solved" if row.solved else "emulated",), (verdicts,)))
    columns = (("Assumption",), ("At its low end",), ("At its high end",), ("How found",), ("Record as probable, low / high",))
    left = len(found.tornado.rows) - len(rows)
    rest = f"; {counted(left, 'assumption')} left out that move it less or of which nothing can be said" if left > 0 else ""
    caption = f"{capital(context.outcome_name(found.outcome))} by {context.horizon} with one assumption at the ends of its range{rest}"
    return Table(caption, columns, tuple(body), numeric=(1, 2))


def flip_sentence(context: Context, found: FlipTest | None, section: str = "hinges", start: str = "The smallest change") -> Sentence:
    """The smallest change of one assumption that moves the headline into another band, or that none within its range does."""
    say = context.book.say
    if found is None:
        return say(section, "computed", "The list of words has no bands, so no change moves the headline from one into another.")
    if len(found.edges) + 1 != len(context.lexicon.terms):
        return say(section, "computed", "The smallest change that flips the headline was searched in another list of words than this one.")
    if (smallest := found.smallest) is not None:
        begin = f"{start} of one assumption that moves the headline into another band: "
        return say(section, "computed", begin, *_flip(context, found, smallest, section), _near(smallest), ".")
    rows = [row for row in found.rows if row.distance is not None and (skilled(found) or row.status == "not settled")]
    near = min(rows, key=lambda row: row.distance or 0.0, default=None)
    if near is not None:
        how = "as emulated and not confirmed by solving the game anew" if near.status == "emulated" else "not settled by the solves made"
        begin = f"{start} of one assumption that may move the headline into another band, {how}: "
        return say(section, "computed", begin, *_flip(context, found, near, section), ".")
    return say(section, "computed", _none(context, found))


def _none(context: Context, found: FlipTest) -> list[Part]:
    """That no change flips, with how far that was looked into."""
    solved = sum(row.status == "confirmed" for row in found.rows)
    count = context.book.count("n-flip-solved", "Assumptions solved for", solved, "assumptions whose range was searched by solves")
    term = context.lexicon.terms[band_of(found.base, found.edges)]
    band = Ref(context.probability(found.outcome), f"{term.word} ({term.range})")
    none: list[Part] = ["No change of a single assumption within its range moves the headline out of the band of its mean, ", band]
    if solved == len(found.rows):
        return [*none, "; all were solved for."]
    if skilled(found):
        weak = "; an emulator with a skill under a half understates such changes" if found.r2_forecast < HALF else ""
        how: list[Part] = [", as solved for ", count, " of them and emulated for the others"] if solved else [", as emulated"]
        return [*none, *how, weak, "."]
    if solved:
        start = "Within their ranges, no change of the assumptions solved for ("
        end = "; of the others nothing can be said, as the emulator is too poor."
        return [start, count, ") moves the headline out of the band of its mean, ", band, end]
    return ["Whether a change of a single assumption would move the headline into another band cannot be told: the emulator is too poor."]


def skilled(found: FlipTest) -> bool:
    """Whether what the emulator alone says of a flip is worth printing."""
    return found.r2_forecast > LEAST_SKILL


def _flip(context: Context, found: FlipTest, row: Flip, section: str) -> list[Part]:
    """Assumption, value, size of the change, forecast there and its band."""
    assert row.at is not None
    assert row.distance is not None
    at, book = row.at, context.book
    forecast = book.number(_forecast_at(context, found, at))
    value = book.count("n-flip-at", f"{row.assumption} where the headline flips", at.x, "value of the assumption", "decimal")
    term = context.lexicon.terms[band_of(at.forecast, found.edges)]
    parts: list[Part] = [*named(context, row.assumption, section)]
    if row.distance == 0:
        parts += [" held at its central value of ", value]
    else:
        of = f"distance from the central value of {row.assumption}, in widths of its range"
        size = book.count("n-flip-distance", "Change that flips the headline", row.distance, of, "decimal")
        parts += [" at ", value, ", away from its central value by ", size, " of the width of its range"]
    return [*parts, ", gives ", Ref(forecast, f"{forecast.text}, {term.word} ({term.range})")]


def _forecast_at(context: Context, found: FlipTest, at: AtValue) -> Number:
    """The headline where it flips, with the range of its own error."""
    known = isfinite(at.error)
    of = f"90 % range over draws, {at.draws} of them solved anew" if known else "a forecast of the emulator, not solved"
    spread = WIDE * at.error
    return Number(
        "n-flip",
        f"Headline with {at.assumption} at {decimal(at.x)}",
        at.forecast,
        max(0.0, at.forecast - spread) if known else None,
        min(1.0, at.forecast + spread) if known else None,
        0.9 if known else None,
        of,
        at.error if known else None,
        assumptions=(at.assumption,),
        kind="share",
        breakdown=(("The record", f"{_verdict(at)} as probable"),),
        like=context.probability(found.outcome).id,
    )


def _near(row: Flip) -> str:
    """That a flip is a near thing, where the forecast lies less beyond the edge than its error."""
    assert row.at is not None
    near = row.past_edge is not None and isfinite(row.at.error) and row.past_edge < row.at.error
    return "; a near thing, as that lies no farther beyond the edge than its own error" if near else ""
