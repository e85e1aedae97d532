"""The three methods of the workflow."""

import os
import time

import nstack

SPIN = float(os.environ.get("BENCH_SPIN", "0"))


class Module(nstack.Module):
    def taxed(self, order):
        order.amount *= 1.19
        return order

    def large(self, order):
        return order if order.amount >= 20.0 else None

    def split(self, order):
        return [
            nstack.Tagged(id=order.id, user=order.user, amount=order.amount, tag=tag, country=order.country)
            for tag in order.tags
        ]


class Slow(Module):
    """The same, each method with so many seconds of work more."""

    def taxed(self, order):
        _spin()
        return super().taxed(order)

    def large(self, order):
        _spin()
        return super().large(order)

    def split(self, order):
        _spin()
        return super().split(order)


def _spin():
    until = time.thread_time() + SPIN
    while time.thread_time() < until:
        pass


if SPIN:
    Module = Slow
