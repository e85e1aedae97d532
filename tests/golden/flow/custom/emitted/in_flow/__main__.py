"""Runs a workflow of in: ``python -m in_flow [WORKFLOW]``."""

import gc
import sys

gc.disable()  # until all is loaded, which stays: there is nothing to collect
from nstack.runtime import main  # noqa: E402

WORKFLOWS = {"w": "in_flow.flow_w", "parts": "in_flow.flow_parts"}

if __name__ == "__main__":
    sys.exit(main("in_flow", WORKFLOWS))
