import nstack


class Module(nstack.Module):
    def better(self, row):
        name, score, passed, note = row
        return (name, score + 1, True, note)
