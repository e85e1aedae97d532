import nstack


class Module(nstack.Module):
    def ticks(self):
        yield from range(self.args["upTo"])

    def store(self, value):
        print(value)

    def pairs(self, value):
        return value, str(value)
