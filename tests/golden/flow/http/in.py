import nstack


class Module(nstack.Module):
    def answer(self, value):
        return [value.text]

    async def later(self, value):
        return value.text
