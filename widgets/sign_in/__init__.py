"""Signing in without a dialog: a panel that pages and forms place where the account is wanted."""

from widgets.sign_in.panel import SignInPanel
from widgets.sign_in.wanted import ScopeWanted, SignInWanted

__all__ = ["ScopeWanted", "SignInPanel", "SignInWanted"]
