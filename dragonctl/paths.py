"""Where dragonctl keeps what outlives a command: the user's state folder, mode 0700."""

from __future__ import annotations

import os
from pathlib import Path

from dragonctl.own_files import check_folder


def state_folder(*parts: str) -> Path:
    """The state folder, or a folder in it, made if missing and readable by its owner alone.

    DragonError where others can write to it (:func:`dragonctl.own_files.check_folder`).
    """
    folder = state_path(*parts)
    # Folders above the one that is made get the mode that everything gets.
    state_path().mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    check_folder(state_path())
    check_folder(folder)
    return folder


def state_path(*parts: str) -> Path:
    """Where the state folder, or a folder in it, is or would be; nothing is made.

    ``DRAGONCTL_STATE_DIR`` overrides the platform's own place (``platformdirs``).
    """
    override = os.environ.get("DRAGONCTL_STATE_DIR")
    if override:
        root = Path(override)
    else:
        import platformdirs

        root = Path(platformdirs.user_state_dir("dragonctl"))
    return root.joinpath(*parts)
