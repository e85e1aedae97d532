import re
from collections import Counter

import nstack


class Module(nstack.Module):
    def startup(self):
        self.seen = Counter()

    def split(self, line):
        return re.findall(r"\w+", line.lower())

    def count(self, word):
        self.seen[word] += 1
        return {"word": word, "times": self.seen[word]}

    def frequent(self, count):
        return count if count.times >= self.args["least"] else None
