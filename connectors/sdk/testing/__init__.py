"""The conformance kit: the same checks for any source, to be run by whoever writes one.

A source is described once, then every check is a test of its own:

    from connectors.sdk.testing import CHECKS, Case, Check

    CASE = Case(
        source_class=NotesSource,
        config={"address": "http://localhost:8000", "token": {"$secret": "env:NOTES_TOKEN"}},
        open=lambda config: connected(NotesSource, config),   # yields the source, its server behind it
        bad_configs=[{"address": ""}],
        secrets=["t0ken-planted-on-the-server"],
        expected_documents={"a", "b", "c"},
    )

    @pytest.mark.parametrize("check", CHECKS, ids=str)
    def test_conformance(check: Check) -> None:
        assert asyncio.run(check(CASE)) == []

Without pytest, `await conformance(CASE)` runs them all. The documents must hold still meanwhile, and fill at least two
pages for resuming to mean something (`pages` says how many the case promises).
"""

from connectors.sdk.testing.config import CONFIG_CHECKS
from connectors.sdk.testing.kit import Case, Check, Finding
from connectors.sdk.testing.memory import Catalog, MemoryState, RecordingLog, Stored, collect
from connectors.sdk.testing.reading import READING_CHECKS
from connectors.sdk.testing.running import RUNNING_CHECKS

CHECKS: list[Check] = [*CONFIG_CHECKS, *READING_CHECKS, *RUNNING_CHECKS]
"""Every check, in the order in which a failure explains the later ones."""


async def conformance(case: Case) -> list[Finding]:
    """Runs every check; an empty list is a source that keeps the contract."""
    return [finding for check in CHECKS for finding in await check(case)]


__all__ = [
    "CHECKS",
    "Case",
    "Catalog",
    "Check",
    "Finding",
    "MemoryState",
    "RecordingLog",
    "Stored",
    "collect",
    "conformance",
]
