"""The types of Shop.Workflows:0.1.0."""

from nstack.runtime import Double, Integer, Record, Sum, Text, constructor, optional, required


class Order(Record):
    """type Order = { item : Text, note : optional Text, count : Integer, "User-Id" : optional Text }"""

    item: Text
    note: Text | None = None
    count: Integer = required()  # a field that must be there after one that need not
    User_Id: Text | None = optional("User-Id")


class Priced(Record, gc=False):
    """type Priced = { item : Text, total : Double }"""

    item: Text
    total: Double


class Event(Sum):
    """type Event = Sold Priced | Refused Text | Empty"""

    Sold = constructor(Priced)
    Refused = constructor(Text)
    Empty = constructor()
