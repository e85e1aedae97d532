"""Runs a workflow of in: ``python -m in_flow [WORKFLOW]``."""

import gc
import sys

gc.disable()  # until all is loaded, which stays: there is nothing to collect
from nstack.runtime import main  # noqa: E402

WORKFLOWS = {"sources": "in_flow.flow_sources", "branches": "in_flow.flow_branches"}

if __name__ == "__main__":
    sys.exit(main("in_flow", WORKFLOWS))
