"""No secret of a test shows anywhere after it."""

from tests.support.planted import planted

__all__ = ["planted"]
