"""Headwater's tests, in rooms that mirror the code. Every folder is a package, so that file names may repeat."""
