"""What the two halves agree on over HTTP: models, error bodies, and which ws channels there are."""
