import nstack


class Module(nstack.Module):
    def numChars(self, value):
        return len(value)
