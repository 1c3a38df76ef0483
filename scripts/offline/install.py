"""Install greenmap from the wheels beside this file: no network, no administrator, no compiler.

Run by install.bat (安装.bat) or install.sh. Needs nothing but Python 3.11-3.13, 64 bit.
"""

import os
import platform
import subprocess
import sys
import venv
from pathlib import Path

PYTHONS = ((3, 11), (3, 12), (3, 13))
LONGEST = 150  # characters of the longest file below the folder env
LIMIT = 259  # of a path on Windows without the long-path setting


def say(zh, en):
    """Print both languages; a console that lacks a sign shows a question mark."""
    for stream in (sys.stdout,):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    print(f"{zh}\n{en}\n", flush=True)


def trouble(version, bits, system, machine, folder):
    """Say what stands in the way, in both languages; None if nothing does."""
    named = ".".join(map(str, version[:2]))
    if version[:2] not in PYTHONS:
        return (f"这里的 Python 是 {named}，需要 3.11、3.12 或 3.13。请安装其中之一"
                "（只为当前用户安装即可，不需要管理员权限），再运行本程序。",
                f"This is Python {named}; 3.11, 3.12 or 3.13 is needed. Install one of them (for "
                "the current user only: no administrator needed) and run this again.")
    if bits != 64 or machine.lower() not in ("amd64", "x86_64"):
        return (f"这里的 Python 是 {machine} {bits} 位，需要 x86-64 的 64 位 Python。",
                f"This Python is {machine}, {bits} bit; a 64-bit Python for x86-64 is needed.")
    if system not in ("Windows", "Linux"):
        return (f"本包只有 Windows 和 Linux 的文件，没有 {system} 的。",
                f"This package has files for Windows and Linux, none for {system}.")
    if system == "Windows" and len(str(folder)) + LONGEST > LIMIT:
        return (f"文件夹路径太长（{len(str(folder))} 个字符），Windows 会打不开里面的文件。"
                "请把整个文件夹移到离盘符近的地方，如 D:\\greenmap，再运行本程序。",
                f"The folder's path is too long ({len(str(folder))} characters) for Windows. Move "
                "the whole folder nearer to the drive, such as D:\\greenmap, and run this again.")
    return None


def lock_name(system, version):
    """Name of the list of packages for a machine: ``windows-3.11.txt``."""
    return f"{system.lower()}-{version[0]}.{version[1]}.txt"


def main():
    here = Path(__file__).resolve().parent.parent
    bits = 64 if sys.maxsize > 2**32 else 32
    wrong = trouble(sys.version_info, bits, platform.system(), platform.machine(), here)
    if wrong:
        say(*wrong)
        return 2
    say(f"安装到 {here / 'env'} ，请稍候（约 1—3 分钟）……",
        f"Installing into {here / 'env'}; this takes one to three minutes ...")
    try:
        venv.create(here / "env", with_pip=True, clear=True)
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"建不成 Python 环境（{error}）。Debian、Ubuntu 请先安装 python3-venv；"
            "Windows 请用 python.org 的安装程序。",
            f"The environment can't be made ({error}). On Debian and Ubuntu install python3-venv "
            "first; on Windows use the installer of python.org.")
        return 2
    windows = platform.system() == "Windows"
    python = here / "env" / ("Scripts/python.exe" if windows else "bin/python")
    lock = here / "setup" / lock_name(platform.system(), sys.version_info)
    quiet = {key: value for key, value in os.environ.items() if not key.startswith("PIP_")}
    done = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--no-index", "--find-links", str(here / "wheels"), "--requirement", str(lock)],
        env={**quiet, "PYTHONUTF8": "1", "PIP_CONFIG_FILE": os.devnull}, check=False)
    if done.returncode == 0:
        done = subprocess.run([str(python), "-m", "greenmap", "--version"], check=False)
    if done.returncode:
        say("没有装成。请把上面的英文信息发给 greenmap 的维护者。",
            "It was not installed. Send the lines above to those who keep greenmap.")
        return 1
    run = "运行示例.bat" if windows else "sh run_demo.sh"
    say(f"装好了。下一步：{run}", f"Done. Next: {run}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
