"""Credentials: where secrets are kept, and how they get onto a request. No other room ever holds one."""

from app.accounts.authorizers import authorizer
from app.accounts.secrets import Secrets
from app.accounts.session import SessionVault

__all__ = ["Secrets", "SessionVault", "authorizer"]
