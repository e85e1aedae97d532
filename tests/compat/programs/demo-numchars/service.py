import nstack


class Module(nstack.Module):
    def numChars(self, line):
        return len(line)
