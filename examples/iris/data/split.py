"""Writes ../classify/train.csv (100 flowers) and test.csv (the other 50) from iris.csv.

Run it in its own folder: python split.py
"""

import csv
import random

SEED = 2016
TRAINING = 100


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


with open("iris.csv", newline="") as file:
    header, *rows = csv.reader(file)
random.Random(SEED).shuffle(rows)
write("../classify/train.csv", header, rows[:TRAINING])
write("test.csv", header, rows[TRAINING:])
