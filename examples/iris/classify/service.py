"""Names an iris after the 100 flowers of train.csv, from which a random forest learns when the module starts."""

import csv
from operator import itemgetter

import nstack
from sklearn.ensemble import RandomForestClassifier

TREES = 50
SEED = 0  # the same forest each time, so that its answers can be compared

measures = itemgetter("sepalLength", "sepalWidth", "petalLength", "petalWidth")


class Module(nstack.Module):
    def startup(self):
        with open("train.csv", newline="") as known:
            flowers = [([float(cell) for cell in measures(row)], row["species"]) for row in csv.DictReader(known)]
        self.forest = RandomForestClassifier(TREES, random_state=SEED).fit(*zip(*flowers, strict=True))
        print("trained on", len(flowers), "flowers")

    def predict(self, plant):
        (species,) = self.forest.predict([measures(plant)])
        return species

    def judge(self, observation):
        return observation["species"], self.predict(observation)
