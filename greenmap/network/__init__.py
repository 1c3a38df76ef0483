"""Floor 3: streets as a network one can walk, and who joins it where."""
