# %% [markdown]
# # A small game
#
# A challenger may back down or threaten; a target may concede or stand firm. Payoffs are ours, for the sake of the example.

# %%
from openparley.game import Choice, Infoset, Outcome, Terminal, Tree
from openparley.solve import BackwardInduction, LogitQRE, solve


def end(number: int, label: str, challenger: float, target: float) -> Terminal:
    """An end of play and what it is worth to both."""
    return Terminal(Outcome(number, label, (challenger, target)))


answer = Choice(Infoset(1, 1, "answer"), ("concede", "stand firm"), (end(2, "concession", 2.0, -1.0), end(3, "war", -2.0, -1.5)))
threaten = Choice(Infoset(0, 1, "threaten"), ("back down", "threaten"), (end(1, "status quo", 0.0, 0.0), answer))
game = Tree("A threat", ("challenger", "target"), threaten)

# %% [markdown]
# With players who never err, the threat works. The table has one row an action: probability, value to the mover, chance to get there.

# %%
solve(game, BackwardInduction())

# %% [markdown]
# With players who err, the more the less they lose by it (λ = 2 per unit of payoff), the target stands firm now and then.

# %%
noisy = solve(game, LogitQRE(precision=2.0, picture=True))
noisy

# %%
noisy.to_frame()

# %% [markdown]
# The branch of equilibria from λ = 0, where everybody draws lots, to twice the λ that was asked for.

# %%
branch = noisy.to_frame("branch")
branch.groupby("action")["prob"].agg(["min", "max", "last"]).round(2)
