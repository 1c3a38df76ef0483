"""Groups of verbs of the command line, a module each; they stay as thin as `greenmap.cli`."""
