"""Floor 5: tables, workbooks and pages that say what they are given."""
