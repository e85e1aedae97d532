import os
import tempfile

import nstack
import wget


class Service(nstack.BaseService):
    # MovieRecord -> [MovieImage]
    def getMoviePoster(self, msg):
        title, _ = msg
        handle, name = tempfile.mkstemp(suffix=".tmp")
        os.close(handle)
        wget.download("https://posters.example/" + title, out=name, bar=None)
        with open(name, "rb") as file:
            data = file.read()
        os.remove(name)
        return [("{}.jpg".format(title), data)]
