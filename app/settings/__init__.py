"""The settings of this installation: one typed model, kept as one JSON file in the profile.

What can be set, how it is called and what it may be is said once, in `model`; the window's page, the command line and
the checks derive from it. A window that starts before the engine reads the same file through `early`.
"""

from app.settings.early import FILE_NAME, Early, read_early
from app.settings.languages import languages
from app.settings.model import PROXY_PASSWORD, SECTIONS, Settings, defaults, settings_schema
from app.settings.store import SettingsStore

__all__ = [
    "FILE_NAME",
    "PROXY_PASSWORD",
    "SECTIONS",
    "Early",
    "Settings",
    "SettingsStore",
    "defaults",
    "languages",
    "read_early",
    "settings_schema",
]
