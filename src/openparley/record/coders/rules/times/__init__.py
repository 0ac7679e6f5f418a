"""Layer 5, dates: words of time and the days that they mean."""
