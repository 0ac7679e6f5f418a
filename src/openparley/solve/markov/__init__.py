"""Stochastic games with complete information."""
