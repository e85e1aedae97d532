import nstack


class Module(nstack.Module):
    def count(self):
        yield 1
        yield 3

    def upto(self, n):
        for number in range(n):
            yield number

    def list(self, n):
        return [n] * n

    def collect(self, numbers):
        print("collected", numbers)
