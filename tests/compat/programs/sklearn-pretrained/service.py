import pathlib
import pickle

import nstack


class Module(nstack.Module):
    def startup(self):
        self.tree = pickle.loads(pathlib.Path("delay.pickle").read_bytes())

    def minutesLate(self, journey):
        return self.tree.predict([journey])[0]  # a numpy.float64
