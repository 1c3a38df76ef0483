"""Doors: study files read, checked and begun."""

from greenmap.studies.check import check_study
from greenmap.studies.study_draft import init_study
from greenmap.studies.study_file import read_study

__all__ = ["check_study", "init_study", "read_study"]
