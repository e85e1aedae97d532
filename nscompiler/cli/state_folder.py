"""Where what was done is remembered."""

import os


def user_state() -> str:
    """``nsc`` where the XDG Base Directory specification has what programs remember of earlier runs."""
    base = os.environ.get("XDG_STATE_HOME")
    return os.path.join(base or os.path.join(os.path.expanduser("~"), ".local", "state"), "nsc")
