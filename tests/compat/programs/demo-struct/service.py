import nstack


class Module(nstack.Module):
    def describe(self, ticket):
        return ticket.match("zone {}".format, self.of_group)

    def of_group(self, group):
        people, guide, museum = group
        return "{} with {} to the {}".format(people, guide, "museum" if museum else "park")
