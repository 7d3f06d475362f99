"""Credentials: where secrets are kept, and how they get onto a request. No other room ever holds one."""

from app.accounts.authorizers import authorizer
from app.accounts.keyring import Keyring, NoKeyring, SystemKeyring
from app.accounts.secrets import Secrets
from app.accounts.session import SessionVault
from app.accounts.vault import Vault

__all__ = ["Keyring", "NoKeyring", "Secrets", "SessionVault", "SystemKeyring", "Vault", "authorizer"]
