"""Everything that was synced: Ledger (catalog, checkpoints, runs, facts), ContentStore, SearchIndex."""

from app.library.library import Library

__all__ = ["Library"]
