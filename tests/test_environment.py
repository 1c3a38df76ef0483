"""environment.yml names what pyproject.toml names, with the same floors."""

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
CONDA_NAME = {"osmium": "pyosmium", "matplotlib": "matplotlib-base"}
CONDA_ONLY = {"python", "pip"}
ASKED = {"geopandas", "shapely", "osmnx", "networkx", "folium", "rasterio", "pytest"}


def conda():
    entries = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    flat = [e for e in entries if isinstance(e, str)]
    flat += [e for part in entries if isinstance(part, dict) for e in part["pip"]]
    pairs = (entry.partition(" ") for entry in flat)
    return {name: SpecifierSet(floor.strip()) for name, _, floor in pairs}


def core():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    test = project["optional-dependencies"]["test"]
    wanted = [Requirement(r) for r in project["dependencies"]]
    wanted += [r for r in map(Requirement, test) if r.name == "pytest"]
    return {CONDA_NAME.get(r.name, r.name): r.specifier for r in wanted}


def test_names_are_the_same():
    assert set(conda()) - CONDA_ONLY == set(core())


def test_floors_are_the_same():
    for name, specifier in core().items():
        assert conda()[name] == specifier, name


def test_what_was_asked_for_is_there():
    assert set(conda()) >= ASKED


def test_constraints_hold_every_core_dependency_within_its_range():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {}
    for line in lines:
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            pinned[requirement.name.lower().replace("_", "-")] = requirement
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for text in project["dependencies"]:
        requirement = Requirement(text)
        version = next(iter(pinned[requirement.name].specifier)).version
        assert version in requirement.specifier, requirement.name


def test_the_page_of_dependencies_names_every_package_of_core_extras_and_tests():
    page = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"],
              *(r for part in project["optional-dependencies"].values() for r in part)]
    words = set(re.findall(r"[a-z][a-z0-9-]*", page))
    assert not {Requirement(r).name for r in wanted} - words
