"""What theory predicts at given parameters: behaviour in a game, a status in words, and a certificate."""

from openparley.solve.backward_induction import BackwardInduction, DisputePlan, TreePlan
from openparley.solve.belief_grid import BeliefGrid
from openparley.solve.grid.behaviour import GridBehaviour
from openparley.solve.grid.certificate import Certificate, certify
from openparley.solve.grid.splits import SplitGrid, split_grid
from openparley.solve.histories.behaviour import PublicBehaviour
from openparley.solve.logit_qre import LogitQRE, solve_tree_path
from openparley.solve.markov_logit import MarkovBehaviour, MarkovLogit
from openparley.solve.sequential_equilibrium import SequentialEquilibrium
from openparley.solve.solution import NOT_SETTLED, NOT_UNIQUE, SOLVED, STOPPED, Branch, Fold, Solution
from openparley.solve.solvers import solve
from openparley.solve.trees.behaviour import TreeBehaviour

__all__ = [
    "NOT_SETTLED", "NOT_UNIQUE", "SOLVED", "STOPPED", "BackwardInduction", "BeliefGrid", "Branch", "Certificate", "DisputePlan", "Fold",
    "GridBehaviour", "LogitQRE", "MarkovBehaviour", "MarkovLogit", "PublicBehaviour", "SequentialEquilibrium", "Solution", "SplitGrid",
    "TreeBehaviour", "TreePlan", "certify", "solve", "solve_tree_path", "split_grid",
]  # fmt: skip
