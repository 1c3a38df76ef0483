"""Floor 5: maps that draw what they are given."""
