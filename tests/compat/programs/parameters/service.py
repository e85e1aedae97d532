import nstack


class Module(nstack.Module):
    def given(self, text):
        return "{} {}".format(text, sorted(self.args.items()))
