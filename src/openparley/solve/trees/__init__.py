"""Finite trees of any information structure."""
