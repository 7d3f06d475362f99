"""The one SQLite database of a profile: a writer thread, readers, and numbered migrations. Knows no room above it."""

from app.database.database import Database
from app.database.schema import ACTIVITY, PROFILE

__all__ = ["ACTIVITY", "PROFILE", "Database"]
