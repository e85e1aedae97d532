import nstack

from imaging import *


class Module(nstack.Module):
    def __init__(self):
        super().__init__()
        self.filters = {"frame": mk_frame, "upside-down": mk_upside_down}

    # Records are unpacked as tuples, and tuples are returned for them.
    def applyFilter(self, msg):
        title, data = msg
        name = self.args.get("filtertype", "frame")
        print("Applying filter {}".format(name))
        return (title, self.filters[name](bytearray(data)))
