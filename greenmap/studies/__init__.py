"""Doors: study files read, checked and begun."""

from greenmap.studies.study_file import read_study

__all__ = ["read_study"]
