"""What is likely next and what would change it: futures of every draw, outcomes by week, levers, one run of a case."""

from openparley.forecast.fit import Fitted, fit
from openparley.forecast.forecast import Forecast, LeverEffect, LeverForecast, OutcomeForecast
from openparley.forecast.futures import Futures
from openparley.forecast.predict import predict

__all__ = ["Fitted", "Forecast", "Futures", "LeverEffect", "LeverForecast", "OutcomeForecast", "fit", "predict"]
