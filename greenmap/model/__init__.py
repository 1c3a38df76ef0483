"""Floor 1: tables' schemas, records and the rules that are data."""
