import io

import archive
import nstack


class Service(nstack.BaseService):
    def stills(self, film):
        title, _ = film
        return [(title, self.scene(title, number)) for number in (1, 2)]

    def scene(self, title, number):
        picture = io.BytesIO()
        archive.save("{}#{}".format(title, number), picture)
        return picture.getvalue()
