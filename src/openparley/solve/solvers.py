"""Which solver answers which question: `solve` hands a game and a method to the one that takes both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from openparley.errors import SolveError
from openparley.game.dispute_game import DisputeGame
from openparley.game.markov_game import MarkovGame
from openparley.game.tree import Tree
from openparley.solve.backward_induction import BackwardInduction, backward_induction, backward_induction_dispute
from openparley.solve.belief_grid import BeliefGrid, solve_belief_grid
from openparley.solve.logit_qre import LogitQRE, solve_histories, solve_tree
from openparley.solve.markov_logit import MarkovLogit, solve_markov_logit
from openparley.solve.sequential_equilibrium import SequentialEquilibrium, solve_sequential
from openparley.solve.solution import Progress, Solution

Game = Tree | DisputeGame | MarkovGame
Method = LogitQRE | SequentialEquilibrium | BeliefGrid | MarkovLogit | BackwardInduction
Solver = Callable[[Any, Any, Progress | None], Solution[Any]]

SOLVERS: Mapping[tuple[type, type], Solver] = MappingProxyType(
    {
        (Tree, LogitQRE): solve_tree,
        (Tree, SequentialEquilibrium): solve_sequential,
        (Tree, BackwardInduction): lambda tree, method, progress: backward_induction(tree, method),
        (DisputeGame, LogitQRE): lambda game, method, progress: solve_histories(game, method, progress=progress),
        (DisputeGame, BeliefGrid): solve_belief_grid,
        (DisputeGame, BackwardInduction): lambda game, method, progress: backward_induction_dispute(game, method),
        (MarkovGame, MarkovLogit): solve_markov_logit,
    }
)


def solve(game: Game, method: Method, progress: Progress | None = None) -> Solution[Any]:
    """Solve a game by a method.

    Parameters
    ----------
    progress
        Called now and then with work done and work in all.

    Returns
    -------
    The solution, whose status says in words what it is worth.

    Raises
    ------
    SolveError
        If the method does not take such a game, with those that do.

    Examples
    --------
    >>> from openparley.game import Infoset, Outcome, Terminal, Tree, Choice
    >>> ends = tuple(Terminal(Outcome(n, name, (payoff,))) for n, (name, payoff) in enumerate([("war", 0.0), ("deal", 1.0)], 1))
    >>> tree = Tree("one choice", ("party A",), Choice(Infoset(0, 1), ("fight", "sign"), ends))
    >>> solve(tree, LogitQRE(precision=1.0)).behaviour.probs[Infoset(0, 1)].round(3)
    array([0.269, 0.731])
    """
    solver = SOLVERS.get((type(game), type(method)))
    if solver is None:
        fitting = [two.__name__ for one, two in SOLVERS if isinstance(game, one)]
        takes = f"; it is solved by {', '.join(fitting)}" if fitting else ""
        raise SolveError(f"{type(method).__name__} does not solve a {type(game).__name__}{takes}.")
    return solver(game, method, progress)
