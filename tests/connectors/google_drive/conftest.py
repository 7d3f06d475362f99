"""A Drive on this machine need not be spared; no secret of a test shows anywhere after it."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from connectors.sources.google_drive import GoogleDriveSource
from tests.support.planted import planted

__all__ = ["at_full_speed", "planted"]


@pytest.fixture(autouse=True)
def at_full_speed() -> Iterator[None]:
    """No rate limit: what is tested here waits for nobody."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GoogleDriveSource, "spec", msgspec.structs.replace(GoogleDriveSource.spec, rate_limits=()))
        yield
