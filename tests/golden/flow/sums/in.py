import nstack


class Module(nstack.Module):
    def make(self, value):
        return value

    def take(self, value):
        return value

    def some(self, value):
        return value

    def list(self, value):
        return value
