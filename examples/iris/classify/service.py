"""A random forest on the 100 flowers of train.csv."""

import csv

import nstack
from sklearn.ensemble import RandomForestClassifier

MEASURES = ("sepalLength", "sepalWidth", "petalLength", "petalWidth")
SEED = 0  # of the forest: the same flowers give the same answers


class Module(nstack.Module):
    def startup(self):
        with open("train.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.model = RandomForestClassifier(n_estimators=50, random_state=SEED)
        self.model.fit([[float(row[name]) for name in MEASURES] for row in rows], [row["species"] for row in rows])
        print(f"trained on {len(rows)} flowers")

    def predict(self, plant):
        return self.model.predict([[plant[name] for name in MEASURES]])[0]

    def judge(self, observation):
        return {"species": observation.species, "prediction": self.predict(observation)}
