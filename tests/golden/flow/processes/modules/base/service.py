import nstack


class Module(nstack.Module):
    def scale(self, reading):
        return {"place": reading.place, "values": [self.args["factor"] * value for value in reading.values]}
