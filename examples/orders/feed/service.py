import itertools
import json
from datetime import datetime
from decimal import Decimal

import nstack


class Module(nstack.Module):
    def events(self):
        """A source is a method that yields."""
        with open("events.jsonl") as log:
            for line in itertools.islice(log, self.args["limit"]):
                yield event(json.loads(line, parse_float=Decimal))

    def placed(self, event):
        match event:
            case nstack.Event.Placed(order):
                return order
            case _:
                return None


def event(told):
    """What the shop's log calls an event, as the language's type."""
    if told["kind"] == "order":
        order = told["order"]
        return nstack.Event.Placed({**order, "placed": datetime.fromisoformat(order["placed"])})
    if told["kind"] == "cancel":
        return nstack.Event.Cancelled({"order": told["order"], "reason": told["reason"]})
    return nstack.Event.Heartbeat()
