"""Coders: whoever or whatever proposes entries from a text."""
