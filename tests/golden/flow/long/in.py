import nstack


class Module(nstack.Module):
    def f(self, value):
        return value
