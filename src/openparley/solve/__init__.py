"""What theory predicts at given parameters: behaviour at any position and public belief, with a certificate."""

from openparley.solve.belief_grid import BeliefGrid, solve
from openparley.solve.certificate import certify
from openparley.solve.grid import SplitGrid, split_grid
from openparley.solve.solution import SOLVED, Certificate, Solution

__all__ = ["SOLVED", "BeliefGrid", "Certificate", "Solution", "SplitGrid", "certify", "solve", "split_grid"]
