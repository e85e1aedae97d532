import nstack


class Module(nstack.Module):
    def readings(self):
        yield {"place": "here", "values": [1.0]}

    def split(self, reading):
        return reading.values

    def keep(self, value):
        print(value)
