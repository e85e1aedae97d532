"""Runs a workflow of in: ``python -m in_flow [WORKFLOW]``."""

import sys

from nstack.runtime import main

WORKFLOWS = {"both": "in_flow.flow_both", "alone": "in_flow.flow_alone"}

if __name__ == "__main__":
    sys.exit(main("in_flow", WORKFLOWS))
