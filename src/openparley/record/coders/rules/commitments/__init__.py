"""Layer 6, commitments: what somebody announces, promises, demands or sets a date for, and what came of it."""
