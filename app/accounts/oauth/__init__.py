"""Signing in: OAuth 2 and OpenID Connect, a module per step, with Authlib and joserfc for what is standard."""
