"""Floor 2: one door per kind of source; each returns a checked table."""
