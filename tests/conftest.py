"""Seams for all tests: a folder of their own, settings from it, and a skip that no CI can mistake for a pass."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tasks import settings

os.environ.setdefault("DO_NOT_TRACK", "1")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Where `ROLECALL_NO_SKIPS` is set (CI has installed every part), a test skipped for a missing part has failed."""
    report = yield
    if report.skipped and os.environ.get("ROLECALL_NO_SKIPS") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be missing: {report.longrepr[2]}"
    return report


@pytest.fixture
def make_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., settings.Settings]:
    """Settings of a fresh folder; keyword arguments are fields, set by the environment as a person would."""
    for name in [name for name in os.environ if name.startswith("ROLECALL_") or name == "REDIS_URL"]:
        if name not in ("ROLECALL_NO_SKIPS", "ROLECALL_SHARED_DATA"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def make(**fields: Any) -> settings.Settings:
        for name, value in {"data_dir": tmp_path / "data", **fields}.items():
            monkeypatch.setenv(f"ROLECALL_{name.upper()}", str(value))
        return settings.load()

    return make
