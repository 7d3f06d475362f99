from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from app.accounts import Secrets, SessionVault
from connectors.sdk import AuthError, ConfigError, SecretRef


def get(ref: str, **environ: str) -> str:
    return asyncio.run(Secrets(environ=environ).get(SecretRef(ref)))


def test_from_the_environment() -> None:
    assert get("env:K", K=" kept as it is ") == " kept as it is "
    for environ in ({}, {"K": ""}):
        with pytest.raises(ConfigError, match="variable K is not set") as raised:
            get("env:K", **environ)
        assert "Set K" in raised.value.remedy


@pytest.mark.parametrize(
    ("content", "secret"),
    [(b"s\n", "s"), (b"s\r\n", "s"), (b"s", "s"), (b"s\n\n", "s\n"), (b" s ", " s "), ("ü".encode(), "ü")],
)
def test_from_a_file_without_the_line_break_an_editor_leaves(tmp_path: Path, content: bytes, secret: str) -> None:
    (tmp_path / "f").write_bytes(content)
    assert get(f"file:{tmp_path / 'f'}") == secret


def test_a_file_that_holds_no_secret(tmp_path: Path) -> None:
    for name, content, says in (
        ("empty", b"\n", "is empty"),
        ("binary", b"\xff\xfe\x00", "is not text"),
        ("large", b"x" * 100_000, "is too large"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ConfigError, match=says) as raised:
            get(f"file:{tmp_path / name}")
        assert raised.value.where == f"file:{tmp_path / name}"
        assert raised.value.remedy
    with pytest.raises(ConfigError, match="does not exist"):
        get(f"file:{tmp_path / 'missing'}")
    with pytest.raises(ConfigError, match="can't be read"):
        get(f"file:{tmp_path}")


def test_from_a_vault() -> None:
    async def run() -> None:
        vault = SessionVault()
        ref = SecretRef(await vault.put("s"))
        secrets = Secrets(vault, environ={})
        assert await secrets.get(ref) == "s"
        assert [secrets.describe(r) for r in (ref, SecretRef("env:A"), SecretRef("file:/b"))] == [
            "set in this session",
            "env:A",
            "file:/b",
        ]
        await vault.delete(ref.ref)
        with pytest.raises(AuthError):
            await secrets.get(ref)

    asyncio.run(run())


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_file_that_others_can_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("s")
    os.chmod(tmp_path / "f", 0o644)
    told: list[str] = []
    secrets = Secrets(environ={}, warn=told.append)
    for _ in range(2):
        assert asyncio.run(secrets.get(SecretRef(f"file:{tmp_path / 'f'}"))) == "s"
    assert len(told) == 1, "once is enough"
    assert "readable by others" in told[0]
    assert "chmod 600" in told[0]
