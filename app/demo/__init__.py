"""The main job on an embedded default: local sources that carry resources/samples, read by the real connectors.

`python -m app.demo` does it in the terminal; the window calls `start_demo` on its own engine. Nothing here is reached
from the rest of the app, and nothing here knows a connector but by its type's name in a `ConnectionDraft`. Importing
this package is cheap: servers and libraries come when the demo starts.
"""

from app.demo.profile import demo_profile, prepare_profile
from app.demo.start import DemoHandle, start_demo

__all__ = ["DemoHandle", "demo_profile", "prepare_profile", "start_demo"]
