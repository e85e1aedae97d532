import nstack


class Module(nstack.Module):
    def test0(self, x):
        # In the order of V1, the type that this function was declared with.
        return x.match(lambda a: a, self.sum_up)

    def sum_up(self, b):
        b1, b2, b3 = b
        return b1 + len(b2) + b3
