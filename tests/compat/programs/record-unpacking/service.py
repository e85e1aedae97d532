from collections import namedtuple

import nstack

Next = namedtuple("Next", ["born", "name"])


class Module(nstack.Module):
    def asTuple(self, person):
        name, born, user = person
        return "{} {} {}".format(name, born, user)

    def asDict(self, person):
        return "{} {} {}".format(person["name"], person["born"], person.get("User-Id"))

    def asObject(self, person):
        return "{0.name} {0.born} {1}".format(person, person.get("nothing", "none"))

    def older(self, person):
        return (person.name, person.born - 1)

    def nextAsNamedtuple(self, person):
        return Next(born=person.born - 1, name=person.name)

    def nextAsDict(self, person):
        return {"name": person.name, "born": person.born - 1}
