from imdbpie import Imdb
import nstack


class Service(nstack.BaseService):
    def __init__(self):
        self.imdb = Imdb()

    # Title -> MovieRecord
    def getIMDBScore(self, title):
        movie_id = self.imdb.search_for_title(title)[0]["imdb_id"]
        return (title, self.imdb.get_title_by_id(movie_id).rating)
