"""Layer 8, links: reports of the same thing, answers, deeds that keep or break a word, corrections."""
