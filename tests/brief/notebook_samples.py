"""One small object of every type of result that a notebook can show; nothing here is computed that can be written down."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from openparley.brief import Brief
from openparley.forecast.backtest import CaseScores, Pool, ScoredMove
from openparley.forecast.compare import compare
from openparley.forecast.fitting import Fitted
from openparley.forecast.following import Watched
from openparley.forecast.forecast import Forecast
from openparley.forecast.levers import Pull
from openparley.forecast.runs import read_run
from openparley.forecast.scoreboard import scoreboard
from openparley.forecast.whatif import WhatIf
from openparley.game.dispute_game import DisputeGame
from openparley.game.markov_game import MarkovGame
from openparley.game.parameters import Motives, Parameters
from openparley.game.positions import enumerate_positions
from openparley.game.tree import Choice, Infoset, Outcome, Terminal, Tree
from openparley.infer.leave_out import Variant
from openparley.infer.model import Model
from openparley.infer.observe import Observed
from openparley.infer.posterior import Doubtful, EvidenceMatrix, EvidenceRow, Posterior, ShareError, SolverError, WithoutIt
from openparley.record.agreement import agreement
from openparley.record.case import Case, open_case
from openparley.record.coder_agreement import agreement_of_coders, coders_of
from openparley.record.ledger import ledger, say_do, who_to_whom
from openparley.record.views import entries_for, explanations, matrices, response_times, responses
from openparley.solve import BackwardInduction, BeliefGrid, LogitQRE, MarkovLogit, Solution, certify, solve
from tests.brief import synthetic
from tests.forecast.small_runs import a_case, write_run
from tests.solve.small_dispute import small_dispute, small_parameters

TODAY = date(2027, 1, 1)


def record(case: Case) -> Iterator[Any]:
    """The views of the running example, whose record has all kinds of entry."""
    entries = entries_for(case)
    answers = responses(entries)
    weeks = who_to_whom(case)
    yield from (case, ledger(case)[0], say_do(case)[0], weeks[0], answers[0], response_times(answers)[0], matrices(weeks)[0])
    yield explanations(case, entries)[0]
    half = dict(list(entries.items())[::2])
    found = agreement(entries, half)
    yield from (found, found.disagreements[0])
    yield agreement_of_coders(case, list(coders_of(case))[:2])


def tree() -> Tree:
    ends = [Terminal(Outcome(n, name, pays)) for n, (name, pays) in enumerate((("quiet", (0, 0)), ("deal", (2, -1)), ("war", (-2, -2))), 1)]
    answer = Choice(Infoset(1, 1, "answer"), ("concede", "resist"), (ends[1], ends[2]))
    return Tree("A threat", ("sender", "target"), Choice(Infoset(0, 1, "threaten"), ("wait", "threaten"), (ends[0], answer)))


def theory() -> Iterator[Any]:
    """Solutions of games that take no time."""
    noisy = solve(tree(), LogitQRE(precision=1.0, picture=True))
    plan: Solution[Any] = solve(tree(), BackwardInduction())
    once = MarkovGame.from_arrays(np.array([[[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]]]), np.zeros((1, 2, 2, 1)), 1.0)
    dispute = small_dispute()
    game = DisputeGame(enumerate_positions(dispute, dispute.State()), small_parameters(), 1)
    grid = solve(game, BeliefGrid(nodes=2))
    yield from (noisy, noisy.behaviour, noisy.branch, plan.behaviour, solve(once, MarkovLogit(1.0)).behaviour, grid.behaviour)
    yield solve(game, LogitQRE(precision=1.0)).behaviour
    motives = {
        actor: Motives(held.types[:1], {held.types[0]: held.weights[held.types[0]]}, np.ones(1), np.eye(1), 1.0)
        for actor, held in small_parameters().motives.items()
    }
    known = Parameters(motives, small_parameters().chance)
    yield solve(DisputeGame(game.positions, known, 2), BackwardInduction()).behaviour
    yield certify(grid, samples=4, rng=np.random.default_rng(1))


def inference() -> Iterator[Any]:
    """The invented posterior and its parts."""
    whole = posterior()
    path = next(iter(whole.accounts.values()))
    yield from (whole, path, whole.moves[0], whole.fit, whole.diagnostics, next(iter(whole.assumptions.values())), path.now["H1"])
    yield from (whole.evidence["mediator"], whole.left_out[0], whole.solver_error)


def posterior() -> Posterior:
    """The invented posterior with what it lacks: evidence, a source left out, the error of the solver."""
    base = synthetic.posterior()
    labels = base.accounts["mediator"].labels
    told = EvidenceRow(3, "mediator", "table_offer", ("E001",), dict(zip(labels, (-0.4, -1.2, -float("inf"), -0.9), strict=True)), True)
    silent = EvidenceRow(4, "", "", (), dict.fromkeys(labels, -0.1), False)
    matrix = EvidenceMatrix("mediator", labels, (told, silent), {label: told.log_evidence[label] - 0.1 for label in labels})
    variant = Variant("outlet:The Wire", "outlet The Wire", ("E001", "E002"), Observed((), {}, {}), (), (), 1)
    now = base.accounts["mediator"].now
    doubtful: tuple[Doubtful, ...] = ()
    without = WithoutIt(variant, {"mediator": now}, {"mediator": dict.fromkeys(labels, 0.05)}, 80.0, 0.5, False, False, doubtful)
    error = SolverError(2, "5 nodes", 0.02, 0.05, 0.01, 0.001, 0.003, {"mediator": {"H1": ShareError(0.002, 0.001)}})
    extra = {"evidence": {"mediator": matrix}, "left_out": (without,), "solver_error": error}
    return Posterior(**{name: getattr(base, name) for name in base.__dataclass_fields__} | extra)


def forecasting(folder: Path) -> Iterator[Any]:
    """The invented forecast, two runs written by hand, questions and scores."""
    whole: Forecast = synthetic.forecast()
    hinges = whole.hinges
    assert hinges is not None
    assert hinges.flips is not None
    lever = replace(whole.levers["deadline_binds"], units=dict.fromkeys(("mediator", "party_a", "party_b"), "lapses"))
    yield from (whole, whole.outcomes["ceasefire"], lever, lever.effects["ceasefire"], whole.indicators[0], whole.followed[0])
    yield from (hinges, hinges.tornado, hinges.flips, hinges.shares[0], hinges.ratios[0])
    yield Watched("7f3a21", folder, date(2026, 4, 30), whole.indicators, whole.followed, (16, 256), 40)
    case = a_case(folder / "case")
    runs = [read_run(write_run(folder / id, case, id)) for id in ("aaaa", "bbbb")]
    yield from (runs[0], compare(*runs))
    pull = Pull("deadline_binds", "The deadline cannot lapse", "commitment", "mediator")
    yield WhatIf(runs[0], {lever.id: lever}, {pull.id: pull}, (16, 256), 40, {"ceasefire": "A ceasefire takes hold"}, ("a note.",))
    yield from scores()


def scores() -> Iterator[Any]:
    """Questions with their scoreboard, and moves of a backtest."""
    questions = synthetic.questions()
    board = scoreboard(questions, TODAY)
    yield from (questions[0], board, board.rows[0])
    probs = {name: {"threaten": p, "hold": 1 - p} for name, p in (("model", 0.7), ("uniform", 0.5))}
    log = {name: float(np.log(row["threaten"])) for name, row in probs.items()}
    brier = {name: 2 * (1 - row["threaten"]) ** 2 for name, row in probs.items()}
    move = ScoredMove("a-case", 2, date(2025, 3, 3), "mediator", "threaten", ("E001",), probs, log, brier, 40.0)
    case = CaseScores("a-case", "A case", True, 64, (move,))
    yield from (move, case, Pool((case,)))


def fitted(folder: Path, case: Case | None) -> Fitted:
    """A finished run of the invented case; nothing that is shown is asked of its model."""
    model = object.__new__(Model)
    return Fitted(model, posterior(), synthetic.forecast(), synthetic.run(case="strait-test", title="Strait talks"), folder, 0, None, case)


def samples(folder: Path, case: Case, brief: Brief) -> dict[str, Any]:
    """Name of the type → one of it."""
    things = [*record(open_case("strait-talks")), *theory(), *inference(), *forecasting(folder), fitted(folder, case), brief]
    return {type(thing).__name__: thing for thing in things}
