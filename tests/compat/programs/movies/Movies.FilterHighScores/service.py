import nstack


class Module(nstack.Module):
    # MovieRecord -> [MovieRecord]
    def filterHighScores(self, msg):
        (title, score) = msg
        if score >= float(self.args.get("score", "8")):
            return [msg]
        return []
