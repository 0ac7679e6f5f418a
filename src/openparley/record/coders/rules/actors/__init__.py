"""Layer 3, actors: who is named, described or meant by a pronoun."""
