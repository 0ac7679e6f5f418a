"""Who can do what, knowing what, wanting what."""

from openparley.game.dispute import WORLD, Dispute, Draw, End, Move, PublicState, Upto
from openparley.game.mediated_ceasefire import MediatedCeasefire
from openparley.game.parameters import Motives, Parameters, even_drift
from openparley.game.positions import Positions, chance_probs, enumerate_positions, rewards

__all__ = [
    "WORLD", "Dispute", "Draw", "End", "MediatedCeasefire", "Motives", "Move", "Parameters", "Positions", "PublicState", "Upto",
    "chance_probs", "enumerate_positions", "even_drift", "rewards",
]  # fmt: skip
