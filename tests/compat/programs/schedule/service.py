import nstack


class Module(nstack.Module):
    def tick(self, event):
        return "tick"
