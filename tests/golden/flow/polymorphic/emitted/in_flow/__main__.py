"""Runs a workflow of in: ``python -m in_flow [WORKFLOW]``."""

import sys

from nstack.runtime import main

WORKFLOWS = {"w": "in_flow.flow_w", "v": "in_flow.flow_v"}

if __name__ == "__main__":
    sys.exit(main("in_flow", WORKFLOWS))
