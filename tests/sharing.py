"""Which tests run on one worker, because they share what is expensive to make."""

from xdist.scheduler import LoadScopeScheduling

WHEELS = ("tests/test_wheel.py", "tests/grammar/test_tables.py::test_a_wheel_carries_the_tables_of_its_grammar")
"""The tests for which both wheels are built, and two environments made."""
SERVER = "tests/runtime/test_replies.py"
"""The tests that ask one server."""


class Scheduling(LoadScopeScheduling):
    """One test after the other to whoever is free, those that share something to one worker.

    The mark ``xdist_group`` would say the same, but pytest-xdist 3.8 does not see it under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(WHEELS):
            return "wheels"
        return SERVER if nodeid.startswith(SERVER) else nodeid
