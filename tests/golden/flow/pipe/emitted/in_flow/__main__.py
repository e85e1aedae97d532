"""Runs a workflow of in: ``python -m in_flow [WORKFLOW]``."""

import sys

from nstack.runtime import main

WORKFLOWS = {"count": "in_flow.flow_count"}

if __name__ == "__main__":
    sys.exit(main("in_flow", WORKFLOWS, default="count"))
