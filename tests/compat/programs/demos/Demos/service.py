"""All the demos: one instance serves every workflow function, and its ``__init__`` does not call the inherited one."""

import json
from functools import reduce

import nstack

SEASONS = ("winter", "spring", "summer", "autumn")


class Service(nstack.BaseService):
    def __init__(self):
        self.mood_swings = 1

    def jot(self, note):
        print("noted:", note)

    def moody(self, month):
        if self.mood_swings:
            self.mood_swings -= 1
            raise ConnectionError("not today")
        return month

    def closing(self, name):
        return ", ".join((self.args.get("greeting", "Regards"), name))

    def season(self, month):
        return SEASONS[month % 12 // 3]

    def syllables(self, word):
        return (part for part in word.split("-"))

    def follow(self, question):
        document, path = question
        return json.dumps(reduce(lambda found, name: found[name], path, json.loads(document)))

    def numChars(self, line):
        return len(line)
