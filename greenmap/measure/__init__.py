"""Floor 4: verbs; tables in, tables out."""
