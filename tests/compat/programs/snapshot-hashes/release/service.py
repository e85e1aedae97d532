import nstack


class Module(nstack.Module):
    def numChars(self, text):
        return 100 * len(text)
