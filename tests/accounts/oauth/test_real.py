"""Signing in at a real provider with a real browser, through the command line as a person or a script uses it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import RSAKey

from tests.support.planted import Planted, plant
from tests.support.provider import RealProvider, browser_command, serve

PASSPHRASE = "a passphrase of the tests"
KEY = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"})


@pytest.fixture(scope="module")
def provider() -> Iterator[RealProvider]:
    with serve(lifetime=4, renewed=3600, robot=KEY.as_dict(private=False)) as running:
        yield running


class Ctl:
    """headwaterctl on a profile of its own."""

    def __init__(self, profile: Path, planted: Planted) -> None:
        self.profile = profile
        self.planted = planted
        self.env = {
            **os.environ,
            "PYTHONPATH": os.getcwd(),
            "HEADWATER_VAULT_PASSPHRASE": PASSPHRASE,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "app.cli.main", "account", *words, "--json", "--profile", str(self.profile)]
        return subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *words: str) -> tuple[int, list[dict[str, Any]]]:
        done = self.start(*words)
        out, err = done.communicate(timeout=90)
        assert "Traceback" not in err
        self.planted.texts += [out, err]
        return done.returncode, [json.loads(line) for line in out.splitlines()]

    def login(self, provider: RealProvider, decision: str = "allow", *more: str, login: str = "ines") -> Any:
        browser = shlex.join(browser_command("{url}", decision, login))
        return self.run(
            "login", "oidc", "--issuer", provider.issuer, "--client-id", "native", "--browser", browser, *more
        )


@pytest.fixture
def ctl(profile: Path, planted: Planted) -> Ctl:
    return Ctl(profile, planted)


def test_sign_in_renew_from_ten_processes_at_once_and_sign_out(ctl: Ctl, provider: RealProvider) -> None:
    status, lines = ctl.login(provider)
    assert status == 0, lines
    assert [line["event"] for line in lines] == ["authorize", "account"]
    assert lines[0]["redirect_uri"].startswith("http://127.0.0.1:")
    account = lines[1]
    assert (account["subject"], account["email"]) == ("ines", "ines@example.org")
    ends = account["expires_at"]
    assert time.time() - 60 < ends < time.time() + 5
    time.sleep(max(0.0, ends - time.time()))  # as the provider's own clock has it: both run on this machine

    before = provider.count("grant", "refresh_token")
    started = [ctl.start("refresh", account["name"]) for _ in range(10)]
    answers = [process.communicate(timeout=120) for process in started]
    assert [process.returncode for process in started] == [0] * 10, answers
    assert provider.count("grant", "refresh_token") - before == 1

    before = provider.count("grant", "refresh_token")
    started = [ctl.start("refresh", account["name"], "--force") for _ in range(3)]
    for process in started:
        process.communicate(timeout=120)
    assert provider.count("grant", "refresh_token") - before == 1

    status, lines = ctl.run("userinfo", account["id"])
    assert (status, lines[0]["claims"]["sub"]) == (0, "ines")
    revoked = provider.count("refresh_token_destroyed")
    status, lines = ctl.run("logout", account["name"])
    assert (status, lines[0]["revoked"]) == (0, True)
    assert provider.count("refresh_token_destroyed") == revoked + 1
    assert ctl.run("list")[1][0]["accounts"] == []


@pytest.mark.point(18)
def test_who_refuses_is_not_signed_in(ctl: Ctl, provider: RealProvider) -> None:
    status, lines = ctl.login(provider, "deny")
    assert status == 1
    assert [line["event"] for line in lines] == ["authorize", "error"]
    assert lines[1]["code"] == "access_denied"
    assert lines[1]["remedy"]
    assert ctl.run("list")[1][0]["accounts"] == []


@pytest.mark.point(17)
def test_nobody_comes_back(ctl: Ctl, provider: RealProvider) -> None:
    status, lines = ctl.run(
        "login", "oidc", "--issuer", provider.issuer, "--client-id", "native", "--no-browser", "--timeout", "1"
    )
    assert (status, lines[-1]["code"]) == (1, "timeout")


def test_an_issuer_is_compared_to_the_letter(ctl: Ctl, provider: RealProvider) -> None:
    status, lines = ctl.run("login", "oidc", "--issuer", provider.issuer + "/", "--client-id", "native", "--no-browser")
    assert (status, [line["event"] for line in lines], lines[0]["code"]) == (1, ["error"], "issuer_mismatch")


def test_by_a_code_on_another_device(ctl: Ctl, provider: RealProvider) -> None:
    running = ctl.start("login", "oidc", "--issuer", provider.issuer, "--client-id", "native", "--device")
    assert running.stdout is not None
    shown = json.loads(running.stdout.readline())
    assert (shown["event"], shown["redirect_uri"]) == ("authorize", "")
    provider.browse(shown["url"], login="jonas", user_code=shown["user_code"])
    out, _ = running.communicate(timeout=60)
    account = json.loads(out)
    assert (account["event"], account["subject"]) == ("account", "jonas")


def test_a_secret_with_signs_in_it_reaches_the_provider(
    ctl: Ctl, provider: RealProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctl.env["CLIENT_SECRET"] = "a:secret%with+signs"
    browser = shlex.join(browser_command("{url}"))
    base = ("login", "oidc", "--issuer", provider.issuer, "--client-id", "confidential", "--browser", browser)
    status, lines = ctl.run(*base, "--client-secret", "env:CLIENT_SECRET")
    assert status == 0, lines
    ctl.env["CLIENT_SECRET"] = "another"
    status, lines = ctl.run(*base, "--client-secret", "env:CLIENT_SECRET", "--name", "second")
    assert (status, lines[-1]["code"]) == (1, "invalid_client")


def test_an_app_signs_in_as_itself_by_its_key_or_its_secret(ctl: Ctl, provider: RealProvider, tmp_path: Path) -> None:
    file = tmp_path / "robot.pem"
    file.write_bytes(KEY.as_pem(private=True))
    file.chmod(0o600)
    ctl.planted.apart.add(file)
    plant(private_key=KEY.as_pem(private=True).decode().splitlines()[3])
    ctl.env["CLIENT_SECRET"] = "a:secret%with+signs"
    base = ("add", "oidc", "--issuer", provider.issuer, "--client-id")
    for more in (
        ("robot", "--key", f"file:{file}", "--name", "by key"),
        ("confidential", "--client-secret", "env:CLIENT_SECRET", "--name", "by secret"),
    ):
        status, lines = ctl.run(*base, *more)
        assert (status, lines[0]["did"], lines[0]["account"]["can_renew"]) == (0, "added", True), lines
        before = provider.count("grant", "client_credentials")
        assert ctl.run("refresh", more[-1], "--force")[0] == 0
        assert provider.count("grant", "client_credentials") == before + 1
    assert [each["grant"] for each in ctl.run("list")[1][0]["accounts"]] == ["assertion", "client_credentials"]
    other = tmp_path / "other.pem"
    other.write_bytes(RSAKey.generate_key(2048).as_pem(private=True))
    other.chmod(0o600)
    status, lines = ctl.run(*base, "robot", "--key", f"file:{other}", "--name", "mallory")
    assert (status, lines[0]["error"]["code"]) == (1, "invalid_client")


def test_ctrl_c_cancels_and_frees_the_port(ctl: Ctl, provider: RealProvider) -> None:
    import signal
    import socket

    running = ctl.start("login", "oidc", "--issuer", provider.issuer, "--client-id", "native", "--no-browser")
    assert running.stdout is not None
    port = int(json.loads(running.stdout.readline())["redirect_uri"].split(":")[2].split("/")[0])
    socket.create_connection(("127.0.0.1", port), timeout=5).close()
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=10)
    assert running.returncode == 130
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)


def test_no_token_is_left_readable_anywhere(ctl: Ctl, provider: RealProvider) -> None:
    """What the provider issued and was shown is searched for after every test here; this one has it all at once."""
    ctl.env["CLIENT_SECRET"] = "a:secret%with+signs"
    plant(client_secret=ctl.env["CLIENT_SECRET"])
    browser = shlex.join(browser_command("{url}"))
    base = ("login", "oidc", "--issuer", provider.issuer, "--client-id", "confidential", "--browser", browser)
    status, lines = ctl.run(*base, "--client-secret", "env:CLIENT_SECRET")
    assert status == 0
    for verb in ("show", "userinfo", "refresh"):
        assert ctl.run(verb, lines[1]["id"])[0] == 0
    kinds = {"access token", "refresh token", "id token", "code", "code verifier", "client secret"}
    assert kinds <= set(ctl.planted.secrets)
    assert (ctl.profile / "vault.db").exists()
