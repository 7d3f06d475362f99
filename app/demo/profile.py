"""The demo's own profile: where it is, and how it is made anew without ever emptying a folder of the person's."""

from __future__ import annotations

import shutil
from pathlib import Path

MARK = ".headwater-demo"
"""Lies in a profile that the demo made. Only such a one is emptied."""


def demo_profile() -> Path:
    """Where the demo keeps its state unless told otherwise: never the person's own profile."""
    import platformdirs

    return platformdirs.user_cache_path("headwater", appauthor=False) / "demo"


def prepare_profile(profile: Path, *, keep: bool = False) -> None:
    """Make an empty demo profile, or with `keep` leave the one there is. Raises ConfigError for any other folder."""
    if profile.is_symlink() or (profile.exists() and not _ours(profile)):
        from connectors.sdk import ConfigError

        raise ConfigError(
            "This is not a profile of the demo",
            where=str(profile),
            remedy="Name a folder that is empty or not there yet; the demo empties its own profile each time.",
            code="not_a_demo_profile",
        )
    if profile.exists() and not keep:
        shutil.rmtree(profile)
    profile.mkdir(parents=True, exist_ok=True, mode=0o700)
    (profile / MARK).touch()


def _ours(profile: Path) -> bool:
    return profile.is_dir() and ((profile / MARK).is_file() or not any(profile.iterdir()))
