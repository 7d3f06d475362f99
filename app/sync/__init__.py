"""A run: read pages, fetch what is new, commit, apply deletions; and when runs start."""

from app.sync.schedule import Scheduler
from app.sync.sources import Sources

__all__ = ["Scheduler", "Sources"]
