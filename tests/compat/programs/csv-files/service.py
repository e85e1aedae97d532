import nstack


class Module(nstack.Module):
    def table(self, text):
        return [(1, False), {"a": -1, "b": True}]
