import nstack


class Module(nstack.Module):
    def id(self, text):
        return text
