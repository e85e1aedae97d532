import nstack


class Module(nstack.Module):
    def rows(self, x):
        return 100 * len(x) + len(x[0])

    def items(self, x):
        return len(x)
