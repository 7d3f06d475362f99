"""The settings of this installation: one typed model, kept as one JSON file in the profile.

What can be set, how it is called and what it may be is said once, in `model`; the window's page, the command line and
the checks derive from it. A window that starts before the engine reads the same file through `early`, so this package
imports nothing by itself.
"""
