"""What all tests share: the development data, if they are there, and a count of what they miss."""

import os
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

ABSENT = "GREENMAP_TEST_DATA not found"
_ROOT = Path(__file__).parents[1]

# no deadline: a busy machine is not a fault; derandomized: a red build can be made again
hypothesis_settings.register_profile("greenmap", deadline=None, derandomize=True)
hypothesis_settings.load_profile("greenmap")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the development data; a test that needs it is skipped and counted without it."""
    folder = Path(os.environ.get("GREENMAP_TEST_DATA", _ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(ABSENT)
    return folder


def _skipped(reporter):
    reports = reporter.stats.get("skipped", [])
    absent = [report for report in reports if ABSENT in str(report.longrepr)]
    return absent, [report for report in reports if report not in absent]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter):
    told = yield
    absent, others = _skipped(terminalreporter)
    if absent:
        terminalreporter.write_line(f"{len(absent)} tests skipped: {ABSENT}")
    if others and os.environ.get("CI") == "true":
        terminalreporter.write_line(f"{len(others)} tests skipped for other causes: not in CI")
    return told


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """In CI only the absence of the development data excuses a skip."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and os.environ.get("CI") == "true" and _skipped(reporter)[1]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
