"""Whether following the indicators identifies an account sooner than following reports at random."""
