import nstack


class Module(nstack.Module):
    def mirror(self, point):
        x, y = point
        return {"x": -x, "y": y}
