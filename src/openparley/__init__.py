"""Cited records of negotiations, games between actors with uncertain motives, and forecasts that say why."""

__version__ = "0.1.0.dev0"
