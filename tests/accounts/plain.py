"""A keyring backend as some machines have it: it works, has a high priority, and keeps everything in clear text."""

from __future__ import annotations

import os

from keyring.backend import KeyringBackend


class Keyring(KeyringBackend):
    """Writes to the file that PLAIN_KEYRING_FILE names."""

    priority = 20.0

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        with open(os.environ["PLAIN_KEYRING_FILE"], "a", encoding="utf-8") as file:
            file.write(password)

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError
