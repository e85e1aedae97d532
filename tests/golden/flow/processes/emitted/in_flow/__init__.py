"""in, compiled. Run it with ``python -m in_flow [WORKFLOW]``."""
