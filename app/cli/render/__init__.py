"""Every shape as text for people: one function per shape, none of which asks the engine anything."""

from app.cli.render import accounts, connections, library, runs, settings, vault
from app.cli.render.pieces import render, render_error

__all__ = ["accounts", "connections", "library", "render", "render_error", "runs", "settings", "vault"]
