import nstack


class Service(nstack.BaseService):
    def postage(self, parcel):
        return "letter" if parcel.grams < 500 else "crate"
