import nstack


class Module(nstack.Module):
    def own(self, text):
        return text.title()
