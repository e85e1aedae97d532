import nstack


class Service(nstack.BaseService):
    def predict(self, plant):
        return "rose"
