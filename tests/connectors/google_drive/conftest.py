"""A Drive on this machine need not be spared."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from connectors.sources.google_drive import GoogleDriveSource


@pytest.fixture(autouse=True)
def at_full_speed() -> Iterator[None]:
    """No rate limit: what is tested here waits for nobody."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GoogleDriveSource, "spec", msgspec.structs.replace(GoogleDriveSource.spec, rate_limits=()))
        yield
