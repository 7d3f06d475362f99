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
    """Make an empty demo profile, or with `keep` leave the one there is.

    Raises ConfigError for any other folder, TransientError while a demo runs in it."""
    if profile.is_symlink() or (profile.exists() and not _ours(profile)):
        from connectors.sdk import ConfigError

        raise ConfigError(
            "This is not a profile of the demo",
            where=str(profile),
            remedy="Name a folder that is empty or not there yet; the demo empties its own profile each time.",
            code="not_a_demo_profile",
        )
    if profile.exists() and not keep:
        _refuse_running(profile)
        shutil.rmtree(profile)
    profile.mkdir(parents=True, exist_ok=True, mode=0o700)
    (profile / MARK).touch()


def _refuse_running(profile: Path) -> None:
    """Emptying a profile that an engine holds would pull its database away."""
    import filelock

    from connectors.sdk import TransientError

    try:
        with filelock.FileLock(profile / "engine.lock", blocking=False):
            pass
    except filelock.Timeout:
        raise TransientError(
            "The demo is running already",
            where=str(profile),
            remedy="Close it first, or name another folder with --profile.",
            code="demo_running",
        ) from None


def _ours(profile: Path) -> bool:
    return profile.is_dir() and ((profile / MARK).is_file() or not any(profile.iterdir()))
