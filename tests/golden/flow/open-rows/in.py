import nstack


class Module(nstack.Module):
    def users(self, value):
        return value

    def enrich(self, value):
        return value

    def total(self, value):
        return value
