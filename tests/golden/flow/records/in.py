import nstack


class Module(nstack.Module):
    def make(self, value):
        return value

    def turned(self, value):
        return value

    def nest(self, value):
        return value

    def take(self, value):
        return value

    def narrow(self, value):
        return value
