"""Configured sources: which types there are, and the stored connections with their validated config."""

from app.connections.catalogue import Catalogue
from app.connections.store import Connections, Stored

__all__ = ["Catalogue", "Connections", "Stored"]
