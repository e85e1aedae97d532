import nstack


class Module(nstack.Module):
    def x(self, value):
        return value

    def free(self, value):
        return value
