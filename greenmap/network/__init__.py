"""Floor 3: street files become a walking network; homes and places are put on it."""
