import nstack


class Service(nstack.BaseService):
    def vowels(self, poem):
        return sum(letter in "aeiou" for letter in poem.lower())
