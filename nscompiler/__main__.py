"""``python -m nscompiler`` is ``nsc``."""

from nscompiler.cli.main import start

if __name__ == "__main__":
    start()
