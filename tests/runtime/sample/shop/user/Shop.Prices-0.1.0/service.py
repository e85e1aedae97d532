import nstack
from catalogue import PRICES


class Module(nstack.Module):
    def startup(self):
        with open("./tax.txt") as file:
            self.tax = float(file.read())

    def price(self, order):
        print("pricing", order.item)
        return {"item": order.item, "total": order.count * PRICES[order.item] * self.tax * self.args["factor"]}

    def shout(self, priced):
        if priced.total > 10:
            yield nstack.Event.Sold(priced)
        else:
            yield nstack.Event.Refused(priced.item)
        yield nstack.Event.Empty

    def words(self, line):
        yield from line.split()
