"""Doors: study files read, checked and begun."""
