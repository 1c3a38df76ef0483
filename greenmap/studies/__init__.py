"""Doors: study files read, checked and begun."""

from greenmap.studies.beginning import begin_study, init_study
from greenmap.studies.check import check_study
from greenmap.studies.study_file import read_study

__all__ = ["begin_study", "check_study", "init_study", "read_study"]
