import nstack

from imaging import *


class Module(nstack.Module):
    def develop(self, still):
        film, image = still
        print("developing", film, "as", self.args["finish"])
        finish = mirrored if self.args["finish"] == "mirrored" else mounted
        return film, bytearray(finish(image))
