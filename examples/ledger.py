# %% [markdown]
# # The record alone
#
# Who said they would do what by when, and what came of it. No model, no forecast: this is what the reports say.

# %%
from openparley import load

case = load("strait-talks")
case

# %% [markdown]
# The cell above shows what the case holds, with its commitments on a line of time. Every table of `parley export` is a data frame.

# %%
ledger = case.to_frame("ledger")
ledger[["id", "type", "actor", "made", "due", "outcome"]].head()

# %% [markdown]
# Reports of one commitment share its outcome; `same_as` names the first of them, so the others are left out of counts.

# %%
own = ledger[ledger["own_act"] & ledger["same_as"].isna()]
own.groupby("actor")["outcome"].value_counts().unstack(fill_value=0)

# %% [markdown]
# Commitments whose day has passed without a report. The program never takes silence for a no.

# %%
ledger.loc[ledger["days_overdue"].notna(), ["id", "actor", "due", "days_overdue", "paraphrase"]]

# %% [markdown]
# Who did what to whom: mean PLOVER score by week and pair. Below zero is conflict.

# %%
weeks = case.to_frame("who_to_whom")
weeks.pivot_table(index="week", columns=["actor", "recipient"], values="mean_score").round(1)
