import nstack

from helpers import decorate


class Service(nstack.BaseService):
    def __init__(self):
        self.log = ["init"]

    def startup(self):
        self.log.append("startup")

    def first(self, text):
        self.log.append(self.args.get("tag"))
        return decorate(text, self.args["tag"])

    def second(self, text):
        return " ".join(self.log)

    def shutdown(self):
        print("shutdown after", len(self.log))
