"""Layer 2, statements: quotations, reported speech, transcripts, and who speaks."""
