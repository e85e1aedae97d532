"""Calls a flower what the flowers most like it are called."""

import nstack
from sklearn.ensemble import RandomForestClassifier


def specimens(lines):
    """The measurements and the name of each line below the title."""
    for line in lines[1:]:
        *measured, kind = line.split(",")
        yield tuple(map(float, measured)), kind


class Service(nstack.BaseService):
    def __init__(self):
        with open("./train.csv") as known:
            flowers, kinds = zip(*specimens(known.read().splitlines()))
        self.trees = RandomForestClassifier(15, random_state=7).fit(flowers, kinds)

    def predict(self, flower):
        return self.trees.predict([flower]).item()
