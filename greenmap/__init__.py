"""Audit the 15-minute life circle: who can walk to what, what is lacking, and why."""

from __future__ import annotations

__version__ = "0.1.0"
