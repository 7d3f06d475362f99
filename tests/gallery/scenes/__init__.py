"""All scenes, by name. One module per page; a new page is one more module here."""

from tests.gallery.scene import Scene
from tests.gallery.scenes import (
    accounts,
    activity,
    add_source,
    connection,
    library,
    palette,
    settings,
    sources,
    vault,
    window,
)

__all__ = ["SCENES"]

SCENES: dict[str, Scene] = {
    scene.name: scene
    for module in (window, sources, add_source, connection, library, activity, accounts, settings, palette, vault)
    for scene in module.SCENES
}
