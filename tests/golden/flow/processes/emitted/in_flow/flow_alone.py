"""Workflow alone of in (in.nml:8)."""

from nstack.runtime import Sink, Source, Workflow

from . import types as t
from .modules import new_1_0_0

readings_1 = Source(new_1_0_0, t.Reading, function="readings", origin="in.nml:8:13", text="N.readings")
log_2 = Sink("Sinks.log", t.Reading, origin="in.nml:8:26", text="Sinks.log")


def from_readings_1(values, token):
    """New.readings | Sinks.log"""
    for a in values:
        log_2(a, token)  # in.nml:8:26  Sinks.log


workflow = Workflow(
    "alone", module="in", sources=((readings_1, from_readings_1),), sinks=(log_2,), bounded=True, origin="in.nml:8:5"
)
