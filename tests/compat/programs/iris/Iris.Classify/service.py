#!/usr/bin/env python3
import csv

import nstack
from sklearn.ensemble import RandomForestClassifier

COLUMNS = ["petal_length", "petal_width", "sepal_length", "sepal_width"]


class Service(nstack.BaseService):
    def __init__(self):
        super().__init__()
        with open("./train.csv") as file:
            train = list(csv.DictReader(file))
        self.forest = RandomForestClassifier(n_estimators=10, random_state=0)
        self.forest.fit([[float(row[name]) for name in COLUMNS] for row in train], [row["class"] for row in train])

    def predict(self, input_row):
        results = self.forest.predict([list(input_row)])
        return results.item()
