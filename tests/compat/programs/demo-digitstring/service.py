import nstack


class Module(nstack.Module):
    """The original slept five seconds for each digit. Here the second one waits until someone has seen the first."""

    def digitString(self, xs):
        return (self.spell(number, x) for number, x in enumerate(xs))

    def spell(self, number, x):
        if number == 1:
            with open(self.args["gate"]) as gate:
                gate.read()
        return str(x)
