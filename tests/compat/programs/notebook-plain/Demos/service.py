import nstack


class Module(nstack.Module):
    def letters(self, line):
        return sum(map(str.isalpha, line))
