import nstack


class Module(nstack.Module):
    def trim(self, line):
        return line.strip()
