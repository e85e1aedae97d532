import nstack


class Module(nstack.Module):
    def twice(self, value):
        return value

    def swap(self, value):
        return value
