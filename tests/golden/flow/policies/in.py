import nstack


class Module(nstack.Module):
    def f(self, value):
        return value

    async def g(self, value):
        return value

    def tick(self, value):
        return "now"
