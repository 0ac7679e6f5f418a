"""How long the charts and the page of a brief take after a fit, and what the page weighs."""
