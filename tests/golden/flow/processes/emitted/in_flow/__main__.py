"""Runs a workflow of in: ``python -m in_flow [WORKFLOW]``."""

import gc
import sys

gc.disable()  # until all is loaded, which stays: there is nothing to collect
from nstack.runtime import main  # noqa: E402

WORKFLOWS = {"both": "in_flow.flow_both", "alone": "in_flow.flow_alone"}

if __name__ == "__main__":
    sys.exit(main("in_flow", WORKFLOWS))
