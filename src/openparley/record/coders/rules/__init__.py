"""The embedded coder: eight layers of rules over one text, offline; each layer is a folder, each word list a table in ``data/``."""

from openparley.record.coders.rules.coder import RulesCoder

__all__ = ["RulesCoder"]
