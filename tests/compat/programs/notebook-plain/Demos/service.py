import nstack


class Module(nstack.Module):
    def numChars(self, msg):
        return len(msg)
