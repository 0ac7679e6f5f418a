"""What is likely next and what would change it: futures of every draw, outcomes by week, levers, one run of a case.

Names are imported when they are first asked for: `parley check` looks at frozen questions without the solver behind a fit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openparley._lazy import lazily

if TYPE_CHECKING:
    from openparley.forecast.fitting import Fitted, fit
    from openparley.forecast.forecast import Forecast, LeverEffect, LeverForecast, OutcomeForecast
    from openparley.forecast.futures import Futures
    from openparley.forecast.predicting import predict

__all__ = ["Fitted", "Forecast", "Futures", "LeverEffect", "LeverForecast", "OutcomeForecast", "fit", "predict"]

__getattr__ = lazily(
    __name__,
    {
        "fitting": ("Fitted", "fit"),
        "forecast": ("Forecast", "LeverEffect", "LeverForecast", "OutcomeForecast"),
        "futures": ("Futures",),
        "predicting": ("predict",),
    },
)
