import nstack
import numpy
from sklearn.linear_model import Perceptron

DRY, RAIN = 0.0, 1.0


class Service(nstack.BaseService):
    def __init__(self):
        super().__init__()
        self.learner = Perceptron(random_state=1)

    def learn(self, observation):
        measured, outcome = observation
        sample = numpy.array([measured])
        if outcome is None:
            yield self.learner.predict(sample)
        else:
            self.learner.partial_fit(sample, [outcome], classes=[DRY, RAIN])
            yield []
