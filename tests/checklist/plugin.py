"""A pytest plugin that keeps only the tests that prove a point, and writes what became of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where to write, and which points are asked for."""
    parser.addoption("--points-report", type=Path)
    parser.addoption("--points", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Only when it is asked for."""
    if config.getoption("--points-report"):
        config.pluginmanager.register(Proofs(config), "proofs")


class Proofs:
    """Collects points and outcomes by test."""

    def __init__(self, config: pytest.Config) -> None:
        self._file: Path = config.getoption("--points-report")
        self._wanted = {int(number) for number in config.getoption("--points").split(",") if number}
        self._points: dict[str, list[int]] = {}
        self._outcomes: dict[str, str] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what proves nothing."""
        kept: list[pytest.Item] = []
        left: list[pytest.Item] = []
        for item in items:
            points = sorted({number for mark in item.iter_markers("point") for number in mark.args})
            wanted = bool(self._wanted.intersection(points)) if self._wanted else bool(points)
            (kept if wanted else left).append(item)
            if wanted:
                self._points[item.nodeid] = points
        items[:] = kept
        config.hook.pytest_deselected(items=left)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The worst of set-up, test and end counts."""
        before = self._outcomes.get(report.nodeid, "passed")
        self._outcomes[report.nodeid] = report.outcome if before == "passed" else before

    def pytest_sessionfinish(self) -> None:
        """Write it all."""
        found = {
            name: {"points": points, "outcome": self._outcomes.get(name, "")} for name, points in self._points.items()
        }
        self._file.write_text(json.dumps(found), encoding="utf-8")
