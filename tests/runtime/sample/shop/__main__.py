"""Runs a workflow of Shop.Workflows:0.1.0."""

import sys

from nstack.runtime import main

WORKFLOWS = {"prices": "shop.flow_prices", "serve": "shop.flow_serve"}

if __name__ == "__main__":
    sys.exit(main("shop", WORKFLOWS, default="prices"))
