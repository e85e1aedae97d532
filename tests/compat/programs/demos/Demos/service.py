#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""The demos, in the class style of the first API; nobody calls super().__init__()."""

import json

import nstack

COLOURS = {"cherry": "red", "lemon": "yellow", "plum": "blue"}


class Service(nstack.BaseService):
    def __init__(self):
        self.fail = True

    def numChars(self, msg):
        return len(msg)

    def classify(self, x):
        return "a {} is {}".format(x, COLOURS.get(x.lower()))

    def digitString(self, xs):
        return (self._spell(x) for x in xs)

    def _spell(self, x):
        return str(x)

    def full_name(self, last):
        return "{} {}".format(self.args.get("first_name", "Tux"), last)

    def extract_field(self, x):
        return json.loads(x[1])[x[0]]

    def faulty_id(self, x):
        if self.fail:
            self.fail = False
            raise RuntimeError("the first call fails")
        return x

    def mylog(self, x):
        print("mylog got", x)
