"""Makes model.pkl, which the module loads: run it before the module is checked."""

import pickle

from sklearn.linear_model import LogisticRegression

clicks = [[0.0, 1.0], [1.0, 0.0], [0.2, 0.9], [0.9, 0.1]]
bought = [1, 0, 1, 0]

with open("model.pkl", "wb") as file:
    pickle.dump(LogisticRegression(C=100.0).fit(clicks, bought), file)
