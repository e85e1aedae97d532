import nstack


class Service(nstack.BaseService):
    def numChars(self, msg):
        return len(msg)
