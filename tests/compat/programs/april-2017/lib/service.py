import nstack


class Module(nstack.Module):
    def shout(self, text):
        return text.upper()
