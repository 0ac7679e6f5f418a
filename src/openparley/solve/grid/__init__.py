"""Disputes of many rounds: values on a grid of public beliefs."""
