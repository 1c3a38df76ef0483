"""Build one zip from which greenmap is installed without a network, on Windows and Linux.

``make wheelhouse`` writes ``dist/greenmap-<version>-offline.zip``: wheels for CPython 3.11 to
3.13, install scripts, a README. ``--check ZIP`` resolves every list of packages from the zip's
own wheels, and on Linux installs from it with the network off and runs the demo.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

ROOT = Path(__file__).resolve().parents[1]
PARTS = Path(__file__).resolve().parent / "offline"
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = {
    "windows": ("win_amd64",),
    "linux": tuple(f"manylinux_2_{minor}_x86_64" for minor in (28, 27, 24, 17, 12, 5))
    + ("manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"),
}
FILES = {  # in the zip: which part it is
    "安装.bat": "install.bat", "install.bat": "install.bat",
    "运行示例.bat": "run_demo.bat", "run_demo.bat": "run_demo.bat",
    "install.sh": "install.sh", "run_demo.sh": "run_demo.sh",
    "README.txt": "README.txt", "setup/install.py": "install.py",
}  # fmt: skip
DATE = (2000, 1, 1, 0, 0, 0)


def part(name: str) -> bytes:
    """Return a file as it stands in the zip: Windows' line ends for what Windows reads.

    A .bat is plain ASCII, so it reads the same in GBK and UTF-8. The README has a mark in
    front by which every Notepad knows UTF-8.
    """
    text = (PARTS / name).read_text("utf-8")
    if name.endswith(".bat"):
        return text.replace("\n", "\r\n").encode("ascii")
    if name.endswith(".txt"):
        return text.replace("\n", "\r\n").encode("utf-8-sig")
    return text.encode("utf-8")


def run(*command: str, **more: object) -> str:
    """Run a command; what it prints is given back, its failure ends the script."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    if done.returncode:
        sys.exit(f"{' '.join(command[:6])} ...\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def resolve(system: str, python: str) -> list[str]:
    """Return the packages and versions for one kind of machine, wheels only.

    uv does it: pip looks at the marks of the machine it runs on, so on Linux it would leave
    out what Windows alone needs.
    """
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    text = run(shutil.which("uv", path=beside) or "uv", "pip", "compile", "-q", "--no-header",
               "--no-annotate", "--python-platform", system, "--python-version", python,
               "--only-binary", ":all:",
               "-c", str(ROOT / "constraints.txt"), str(ROOT / "pyproject.toml"))
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def fetch(python: str, system: str, names: list[str], folder: Path) -> None:
    """Put the wheels of a list into a folder; what is there already stays."""
    lock = folder.parent / f"fetch-{system}-{python}.txt"
    lock.write_text("\n".join(names), "utf-8")
    marks = [word for tag in PLATFORMS[system] for word in ("--platform", tag)]
    run(sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps",
        "--only-binary", ":all:", "--python-version", python, *marks, "-d", str(folder),
        "-r", str(lock))


def build(out: Path, systems: tuple[str, ...]) -> Path:
    """Build the zip and return its path; one for a single system bears its name."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    out.mkdir(parents=True, exist_ok=True)
    named = "" if len(systems) == len(PLATFORMS) else f"-{systems[0]}"
    target = out / f"greenmap-{version}-offline{named}.zip"
    cache = out / "wheels"
    with TemporaryDirectory() as made:
        run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", made, str(ROOT))
        own = next(Path(made).glob("greenmap-*.whl")).read_bytes()
    locks: dict[str, list[str]] = {}
    cache.mkdir(exist_ok=True)
    for system in systems:
        for python in PYTHONS:
            locks[f"{system}-{python}.txt"] = names = resolve(system, python)
            fetch(python, system, names, cache)
            print(f"{system} {python}: {len(names)} packages", flush=True)
    wanted = {(name.split("==")[0].replace("-", "_").lower(), name.split("==")[1])
              for names in locks.values() for name in names}
    files = {f"wheels/{file.name}": file for file in cache.glob("*.whl")
             if _runs_on(file.name, systems) and _known(file.name) in wanted}
    stage = target.with_suffix(".part")
    with ZipFile(stage, "w") as book:
        top = target.stem
        for name, source in sorted(FILES.items()):
            put(book, f"{top}/{name}", part(source), executable=name.endswith(".sh"))
        for name, names in sorted(locks.items()):
            lines = "\n".join([*names, f"greenmap=={version}", ""])
            put(book, f"{top}/setup/{name}", lines.encode())
        put(book, f"{top}/wheels/greenmap-{version}-py3-none-any.whl", own)
        for name, file in sorted(files.items()):
            put(book, f"{top}/{name}", file.read_bytes())
    stage.replace(target)
    print(f"{target}: {target.stat().st_size / 1e6:.0f} MB, {len(files) + 1} wheels")
    return target


def _known(name: str) -> tuple[str, str]:
    """Name and version of a wheel, as the lists of packages have them."""
    package, version = name.split("-")[:2]
    return package.lower().replace(".", "_"), version


def _runs_on(name: str, systems: tuple[str, ...]) -> bool:
    """Whether a wheel is for one of the systems, by the tag at the end of its name."""
    tag = name.removesuffix(".whl").rpartition("-")[2]
    return tag == "any" or any(mark in tag for system in systems for mark in PLATFORMS[system])


def put(book: ZipFile, name: str, content: bytes, *, executable: bool = False) -> None:
    """Add a file with a fixed date; wheels are packed already."""
    entry = ZipInfo(name, DATE)
    entry.external_attr = (0o755 if executable else 0o644) << 16
    book.writestr(entry, content, ZIP_STORED if name.endswith(".whl") else ZIP_DEFLATED)


def check(target: Path) -> None:
    """Resolve every list from the zip alone; install here with the network off."""
    with TemporaryDirectory() as made:
        place = Path(made) / "规划 科 离线"
        with ZipFile(target) as book:
            book.extractall(place)
        top = next(place.iterdir())
        for system, tags in PLATFORMS.items():
            if not (top / "setup" / f"{system}-3.11.txt").is_file():
                continue
            marks = [word for tag in tags for word in ("--platform", tag)]
            for python in PYTHONS:
                told = run(sys.executable, "-m", "pip", "install", "--dry-run", "--no-index",
                           "--ignore-installed", "--only-binary", ":all:", "--target", made,
                           "--find-links", str(top / "wheels"), "--python-version", python,
                           *marks, "-r", str(top / "setup" / f"{system}-{python}.txt"))
                count = told.rpartition("Would install")[2].split()
                print(f"{system} {python}: {len(count)} packages resolved from the zip alone")
        if not sys.platform.startswith("linux") or not (top / "setup" / "linux-3.11.txt").is_file():
            return
        alone = ["unshare", "-rn"] if _can_unshare() else []
        broken = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
        words = {"PATH": os.environ["PATH"], "HOME": str(place), "LANG": "C.UTF-8", **broken}
        for script in ("install.sh", "run_demo.sh"):
            print(run(*alone, "sh", str(top / script), env=words)[-600:])
        pages = list((top / "demo" / "results" / "communities").glob("*.html"))
        longest = max(len(str(file.relative_to(top))) for file in (top / "env").rglob("*"))
        size = sum(f.stat().st_size for f in (top / "env").rglob("*") if f.is_file())
        print(f"network {'off' if alone else 'broken'}: demo wrote {len(pages)} community pages; "
              f"installed {size / 1e6:.0f} MB, longest path {longest}")


def _can_unshare() -> bool:
    return shutil.which("unshare") is not None and subprocess.run(
        ["unshare", "-rn", "true"], capture_output=True, check=False).returncode == 0


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--out", type=Path, default=ROOT / "dist")
    ask.add_argument("--check", type=Path, help="check this zip and build none")
    ask.add_argument("--system", choices=sorted(PLATFORMS), help="for this one only: smaller")
    given = ask.parse_args()
    systems = (given.system,) if given.system else tuple(PLATFORMS)
    check(given.check or build(given.out, systems))


if __name__ == "__main__":
    main()
