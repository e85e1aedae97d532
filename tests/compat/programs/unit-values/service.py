import nstack


class Module(nstack.Module):
    def tick(self, event):
        return "{}".format(event)

    def done(self, text):
        return ()
