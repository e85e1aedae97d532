"""Runs a workflow of in: ``python -m in_flow [WORKFLOW]``."""

import sys

from nstack.runtime import main

WORKFLOWS = {"all": "in_flow.flow_all", "one": "in_flow.flow_one"}

if __name__ == "__main__":
    sys.exit(main("in_flow", WORKFLOWS))
