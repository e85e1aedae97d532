import nstack


class Module(nstack.Module):
    pass
