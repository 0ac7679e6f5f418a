"""Who can do what, knowing what, wanting what."""

from openparley.game.check import check_dispute, check_tree
from openparley.game.dispute import WORLD, Dispute, Draw, End, Move, PublicState, Upto
from openparley.game.dispute_game import DisputeGame
from openparley.game.efg import read_efg, read_efg_file, write_efg
from openparley.game.families.mediated_ceasefire import MediatedCeasefire
from openparley.game.markov_game import MarkovGame
from openparley.game.parameters import Motives, Parameters, even_drift
from openparley.game.positions import Positions, chance_probs, enumerate_positions, rewards
from openparley.game.stationary import stationary
from openparley.game.tree import Chance, Choice, Infoset, Node, Outcome, Terminal, Tree
from openparley.game.unrolling import unroll

__all__ = [
    "WORLD", "Chance", "Choice", "Dispute", "DisputeGame", "Draw", "End", "Infoset", "MarkovGame", "MediatedCeasefire", "Motives", "Move",
    "Node", "Outcome", "Parameters", "Positions", "PublicState", "Terminal", "Tree", "Upto", "chance_probs", "check_dispute", "check_tree",
    "enumerate_positions", "even_drift", "read_efg", "read_efg_file", "rewards", "stationary", "unroll", "write_efg",
]  # fmt: skip
