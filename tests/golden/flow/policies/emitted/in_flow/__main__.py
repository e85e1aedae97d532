"""Runs a workflow of in: ``python -m in_flow [WORKFLOW]``."""

import sys

from nstack.runtime import main

WORKFLOWS = {"w": "in_flow.flow_w", "endless": "in_flow.flow_endless"}

if __name__ == "__main__":
    sys.exit(main("in_flow", WORKFLOWS))
