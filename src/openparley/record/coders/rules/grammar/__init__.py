"""The shallow grammar on which layers 4, 6 and 7 stand: parts of speech, groups, clauses."""
