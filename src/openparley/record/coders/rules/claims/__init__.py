"""Layer 7, claims and relations: explanations of behaviour, and how actors stand to one another."""
