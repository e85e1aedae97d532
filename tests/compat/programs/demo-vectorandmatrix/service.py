import nstack


class Module(nstack.Module):
    def acronym(self, words):
        return "".join(word[0] for word in words).upper()

    def shopTotals(self, weeks):
        return [sum(shop) for shop in zip(*weeks)]
