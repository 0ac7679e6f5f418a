"""Layer 4, events: who did what to whom, as PLOVER types."""
