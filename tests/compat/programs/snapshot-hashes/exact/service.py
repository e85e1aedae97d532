import nstack


class Module(nstack.Module):
    def cents(self, letter):
        return len(letter)
