"""The ``nsc`` command: the only part of the compiler that prints and writes files."""
