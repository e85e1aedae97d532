import nstack

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


class Module(nstack.Module):
    def spell(self, digits):
        """Gives a word for each digit; before the second it waits at the gate until somebody has seen the first."""
        first, *others = (WORDS[digit] for digit in digits)
        yield first
        with open(self.args["gate"]) as gate:
            gate.read()
        yield from others
