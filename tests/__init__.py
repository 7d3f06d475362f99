"""Tests mirror the rooms; packages, so that `tests.widgets` is never taken for `widgets`."""
