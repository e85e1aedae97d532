import nstack


class Module(nstack.Module):
    def numChars(self, text):
        return 10 * len(text)
