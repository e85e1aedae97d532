"""In place of a storage service: says where it would put a print."""

import nstack


class Module(nstack.Module):
    def put(self, print):
        image, film = print
        return "{} on shelf {}, {} bytes".format(film, self.args["shelf"], len(image))

    def titleOf(self, row):
        year, title = row
        return title
