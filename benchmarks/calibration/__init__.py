"""Is the inference calibrated? Cases whose truth is known, read as a user's would be: ranks, coverage, recovery."""
