"""``python -m nscompiler`` is ``nsc``."""

import sys

from nscompiler.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
