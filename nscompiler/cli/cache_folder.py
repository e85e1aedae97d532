"""Where what can be made again is kept."""

import os


def user_cache() -> str:
    """The folder of this user's cache: ``NSC_CACHE_DIR``, else ``nsc`` where the XDG Base Directory specification has
    caches."""
    chosen = os.environ.get("NSC_CACHE_DIR")
    if chosen:
        return chosen
    base = os.environ.get("XDG_CACHE_HOME")
    return os.path.join(base or os.path.join(os.path.expanduser("~"), ".cache"), "nsc")
