"""Composition: builds the rooms, injects one into another, and carries the engine's commands to wherever one sits."""
