# %% [markdown]
# # From a record to a forecast
#
# The running example of the documentation, all of it fiction. With `--quick` it takes 8 draws of the assumptions instead of 64:
# a look, not a result.

# %%
from openparley import load

case = load("strait-talks")
case

# %%
import sys

from openparley import AdaptiveImportance, fit

quick = "--quick" in sys.argv
# Worker processes run the file of a script again, so a script without a main guard computes alone; a notebook has no such file.
processes = 1 if "__file__" in globals() else None
engine = AdaptiveImportance(draws=8 if quick else 64, processes=processes)
fitted = fit(case, engine=engine, lever_draws=0 if quick else 16)
fitted

# %% [markdown]
# The cell above shows shares and outcomes with the charts of the brief. Finished draws are kept, so running it again is quick.
# What the record says about the motives, with how far to trust it:

# %%
posterior = fitted.posterior
posterior

# %% [markdown]
# The same as a tidy table: one row an actor, account and round. The other tables of a run are there by name.

# %%
shares = posterior.to_frame()
shares.pivot_table(index="round_start", columns=["actor", "account"], values="share").round(2).tail()

# %%
evidence = posterior.to_frame("evidence")
evidence[evidence["diagnostic"]].pivot_table(index=["round", "entries"], columns=["about", "account"], values="log_evidence").round(2)

# %% [markdown]
# What is likely, by week:

# %%
forecast = fitted.forecast
forecast

# %%
weeks = forecast.to_frame()
weeks.pivot(index="week_start", columns="outcome", values="value").round(2)

# %% [markdown]
# The same run as a brief for readers, with the trace behind every number.

# %%
from pathlib import Path

from openparley import write_brief

write_brief(case, posterior, forecast, fitted.run, Path("parley-out") / "notebook")
