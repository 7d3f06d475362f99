"""Everything with a window. Knows the app through `app.api` alone; nothing imports this package.

Start-up rule: what `main`, `theme`, `shell` and `frame` import at their top is what the first paint waits for, so they
import Qt and the standard library only; shapes of the engine are imported for type checking or on first use.
"""

import builtins

import PySide6.QtCore  # noqa: F401 - puts its own function in the place of Python's import

# That function reads the source of every module that is imported from then on, in search of features of PySide that
# nobody here uses, and keeps the text: a seventh of the time of all imports and 12 MB. Python's own is put back.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
