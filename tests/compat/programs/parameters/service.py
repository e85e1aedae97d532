import nstack


class Module(nstack.Module):
    def show(self, text):
        return "{} {}".format(text, sorted(self.args.items()))
