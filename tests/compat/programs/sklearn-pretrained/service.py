import pickle

import nstack


class Module(nstack.Module):
    def __init__(self):
        super().__init__()
        with open("model.pkl", "rb") as file:
            self.model = pickle.load(file)

    def get_propensity(self, features):
        return round(self.model.predict_proba([features])[0, 1], 1)
