"""Games whose moves are public, exactly: beliefs at all public histories."""
