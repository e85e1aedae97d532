"""Runs a workflow of in: ``python -m in_flow [WORKFLOW]``."""

import sys

from nstack.runtime import main

WORKFLOWS = {"sources": "in_flow.flow_sources", "branches": "in_flow.flow_branches"}

if __name__ == "__main__":
    sys.exit(main("in_flow", WORKFLOWS))
