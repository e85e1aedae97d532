"""Workflow w of in (in.nml:4)."""

from nstack.runtime import Call, Literal, Sink, Workflow

from . import types as t
from .modules import in_

literal_1 = Literal(("a b", "c"), t.Text, origin="in.nml:4:9", text='["a b", "c"]')
words_2 = Call(in_, "words", input=t.Text, output=list[t.Text], origin="in.nml:4:24", text="words")
known_4 = Call(in_, "known", input=t.Text, output=t.Integer | None, origin="in.nml:4:33", text="known")
log_6 = Sink("Sinks.log", t.Integer, origin="in.nml:4:42", text="Sinks.log")


def from_literal_1(values, token):
    """["a b", "c"] | in.words* | in.known? | Sinks.log"""
    for a in values:
        for b in words_2(a, token):  # in.nml:4:24  in.words
            for c in b:  # in.nml:4:24  *
                for d in known_4(c, token):  # in.nml:4:33  in.known
                    if d is None:  # in.nml:4:33  ?
                        continue
                    log_6(d, token)  # in.nml:4:42  Sinks.log


workflow = Workflow(
    "w",
    module="in",
    sources=((literal_1, from_literal_1),),
    calls=(words_2, known_4),
    sinks=(log_6,),
    bounded=True,
    origin="in.nml:4:5",
)
