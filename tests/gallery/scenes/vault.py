"""The vault's panel in each of its states."""

from __future__ import annotations

from app.api import VaultKeeper, VaultState
from tests.gallery.scene import Act, Scene, Stage, press
from tests.widgets.fake_engine import FakeEngine


def vault(name: str, state: VaultState, *acts: Act, keeper: VaultKeeper | None = None) -> Scene:
    """The panel that the state line's word opens."""

    def given(engine: FakeEngine) -> None:
        engine.vault_state = state
        if keeper is not None:
            engine.vault_keeper = (keeper, "passphrase vault" if keeper == "passphrase" else "Secret Service")

    opened: tuple[Act, ...] = () if state == "locked" else (press("vault_state"),)
    return Scene(name, page="vault", given=(given,), acts=(*opened, *acts))


def passphrases(stage: Stage) -> None:
    """The same twice."""
    stage.shell.vault_panel.field.setText("correct horse battery")
    stage.shell.vault_panel.again.setText("correct horse battery")


SCENES = (
    vault("vault-open", "open"),
    vault("vault-passphrase-open", "open", keeper="passphrase"),
    vault("vault-unused", "unused"),
    vault("vault-choose", "to_choose", passphrases),
    vault("vault-passphrase", "passphrase"),
    vault("vault-forgotten", "passphrase", press("vault_second")),
    vault("vault-locked", "locked"),
    vault("vault-absent", "absent"),
    vault("vault-lost", "lost"),
    vault("vault-session", "session"),
)
