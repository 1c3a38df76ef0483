"""Floor 1: arrays only; no ids, no coordinate systems, no names."""
