"""The four laws that hold the house up, read from the source itself."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "greenmap"
GROUND = {"errors", "i18n", "units", "settings", "progress", "kept"}
FLOOR = {"model": 1, "engine": 1, "read": 2, "network": 3, "measure": 4, "draw": 5, "report": 5}
DOORS = 6
MAY_NOT = {("model", "engine"), ("engine", "model"), ("draw", "measure"), ("draw", "network"),
           ("draw", "read"), ("draw", "engine"), ("draw", "report"), ("report", "measure"),
           ("report", "network"), ("report", "read"), ("report", "engine"), ("report", "draw"),
           ("measure", "read"), ("read", "engine")}
ONLY_HOME = {"folium": {"draw/page.py"}, "osmnx": {"read/osm_web.py"},
             "rasterio": {"read/raster.py"}, "xlsxwriter": {"report/workbook.py", "report/book.py"},
             "matplotlib": {"draw/track_page.py"},
             "rapidfuzz": {"read/duplicates.py", "measure/ledger_score.py",
                           "measure/ledger_places.py"},
             "networkx": {"read/graphml.py", "network/export.py"},
             "click": {"cli.py", "console.py", "commands"}, "tqdm": {"console.py"}}
ENGINE_MAY = {"numpy", "numba", "llvmlite", "greenmap"}
LOCALE_ONLY = ("measure", "model", "network", "read", "draw", "report", "engine")


def modules():
    return sorted(ROOT.rglob("*.py"))


def name_of(path):
    return ".".join(("greenmap", *path.relative_to(ROOT).with_suffix("").parts)
                    ).removesuffix(".__init__")


def is_module(name):
    place = ROOT.parent.joinpath(*name.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def imports(path, *, at_run_time_only=False):
    """Every module a file imports, functions' own imports included."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped = set()
    if at_run_time_only:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                skipped.update(id(child) for child in ast.walk(node))
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert all(alias.name != "*" for alias in node.names), f"{path}: star import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            # `from package import module` is an import of the module alone
            if not all(is_module(name) for name in names):
                yield node.module
            yield from names


def room(module):
    part = module.split(".")[1] if "." in module else ""
    if part in GROUND:
        return "ground", 0
    return part, FLOOR.get(part, DOORS)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_go_down_only(path):
    here, floor = room(name_of(path))
    if path == ROOT / "__init__.py":
        return  # the front door names what it loads lazily
    for module in imports(path):
        if not module.startswith("greenmap"):
            continue
        if module == "greenmap" or module.removeprefix("greenmap.") == "__version__":
            continue
        there, below = room(module)
        assert below <= floor, f"{here} (floor {floor}) imports {module} (floor {below})"
        assert (here, there) not in MAY_NOT, f"{here} imports {module}"


@pytest.mark.parametrize("library", sorted(ONLY_HOME))
def test_a_heavy_library_has_one_home(library):
    found = {str(path.relative_to(ROOT)).replace("\\", "/") for path in modules()
             if any(m == library or m.startswith(library + ".") for m in imports(path))}
    homes = ONLY_HOME[library]
    assert all(place in homes or place.split("/")[0] in homes for place in found)
    assert found, f"{library} is declared and never used"


def test_the_engine_knows_arrays_only():
    for path in (ROOT / "engine").glob("*.py"):
        outside = {m.split(".")[0] for m in imports(path)} - ENGINE_MAY
        assert not {m for m in outside if m not in sys.stdlib_module_names}, path
        assert all(room(m)[0] in ("engine", "ground") for m in imports(path)
                   if m.startswith("greenmap.")), path


def test_there_is_no_circle():
    known = {name_of(path): path for path in modules() if path != ROOT / "__init__.py"}
    graph = {name: {m for m in imports(path, at_run_time_only=True) if m in known and m != name}
             for name, path in known.items()}
    done, under_way = set(), []

    def visit(name):
        if name in under_way:
            raise AssertionError(" -> ".join((*under_way[under_way.index(name):], name)))
        if name in done:
            return
        under_way.append(name)
        for other in sorted(graph[name]):
            visit(other)
        done.add(under_way.pop())

    for name in sorted(graph):
        visit(name)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_stays_small(path):
    lines = path.read_text("utf-8").count("\n")
    assert lines <= (250 if path.name == "cli.py" else 400)
    assert path.stem not in {"utils", "helpers", "common", "misc"}


def test_sentences_live_in_the_locales():
    """No Chinese sentence in code: words come by key; rules for data may hold field terms."""
    for path in modules():
        if path.relative_to(ROOT).parts[0] not in LOCALE_ONLY:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        docs = {id(n.body[0].value) for n in ast.walk(tree)
                if isinstance(n, (ast.Module, ast.FunctionDef, ast.ClassDef)) and n.body
                and isinstance(n.body[0], ast.Expr)}
        for node in ast.walk(tree):
            text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if text and id(node) not in docs:
                sentence = any(mark in node.value for mark in "。，；！")
                assert not sentence, f"{path}:{node.lineno}: {node.value[:40]}"


def test_importing_loads_nothing_heavy():
    code = ("import sys, time; t = time.perf_counter(); import greenmap; "
            "print(time.perf_counter() - t); "
            "print(*sorted({m.split('.')[0] for m in sys.modules}))")
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, loaded = out.stdout.splitlines()
    heavy = {"osmnx", "matplotlib", "folium", "rasterio", "osmium", "numba", "geopandas", "pandas"}
    assert not heavy & set(loaded.split())
    assert float(seconds) <= 0.5


def test_every_public_name_can_be_had():
    import greenmap

    assert set(greenmap.__all__) == set(greenmap._HOME)
    for name in greenmap.__all__:
        assert callable(getattr(greenmap, name))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = greenmap.nothing
