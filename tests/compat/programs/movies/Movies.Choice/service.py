import nstack


class Module(nstack.Module):
    def worthwhile(self, film):
        least = float(self.args["stars"])
        return [(title, mean) for title, mean in [film] if mean > least]
