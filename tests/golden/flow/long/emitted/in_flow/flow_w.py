"""Workflow w of in (in.nml:4)."""

from nstack.runtime import Call, Literal, Sink, Workflow

from . import types as t
from .modules import in_

literal_1 = Literal((1,), t.Integer, origin="in.nml:4:9", text="[1]")
f_2 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:12", text="f", use=1)
f_3 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:16", text="f", use=1)
f_4 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:20", text="f", use=1)
f_5 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:24", text="f", use=1)
f_6 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:28", text="f", use=1)
f_7 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:12", text="f", use=2)
f_8 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:16", text="f", use=2)
f_9 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:20", text="f", use=2)
f_10 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:24", text="f", use=2)
f_11 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:28", text="f", use=2)
f_12 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:12", text="f", use=3)
f_13 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:16", text="f", use=3)
f_14 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:20", text="f", use=3)
f_15 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:24", text="f", use=3)
f_16 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:28", text="f", use=3)
f_18 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:12", text="f", use=4)
f_19 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:16", text="f", use=4)
f_20 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:20", text="f", use=4)
f_21 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:24", text="f", use=4)
f_22 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:28", text="f", use=4)
f_23 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:12", text="f", use=5)
f_24 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:16", text="f", use=5)
f_25 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:20", text="f", use=5)
f_26 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:24", text="f", use=5)
f_27 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:28", text="f", use=5)
f_28 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:12", text="f", use=6)
f_29 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:16", text="f", use=6)
f_30 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:20", text="f", use=6)
f_31 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:24", text="f", use=6)
f_32 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:3:28", text="f", use=6)
f_34 = Call(in_, "f", input=t.Integer, output=t.Integer, origin="in.nml:4:59", text="f")
log_35 = Sink("Sinks.log", t.Integer, origin="in.nml:4:63", text="Sinks.log")


def from_literal_1(values, token):
    """[1] | in.f | in.f | in.f | in.f | in.f | in.f | in.f | in.f | in.f | in.f | in.f | in.f | in.f | in…"""
    for a in values:
        for b in f_2(a, token):  # in.nml:3:12  in.f
            for c in f_3(b, token):  # in.nml:3:16  in.f
                for d in f_4(c, token):  # in.nml:3:20  in.f
                    for e in f_5(d, token):  # in.nml:3:24  in.f
                        for f in f_6(e, token):  # in.nml:3:28  in.f
                            for g in f_7(f, token):  # in.nml:3:12  in.f
                                for h in f_8(g, token):  # in.nml:3:16  in.f
                                    for i in f_9(h, token):  # in.nml:3:20  in.f
                                        for j in f_10(i, token):  # in.nml:3:24  in.f
                                            for k in f_11(j, token):  # in.nml:3:28  in.f
                                                for m in f_12(k, token):  # in.nml:3:12  in.f
                                                    then_f_13(m, token)


def then_f_13(a, token):
    """in.f | in.f | in.f | in.f | (… & …)"""
    for b in f_13(a, token):  # in.nml:3:16  in.f
        for c in f_14(b, token):  # in.nml:3:20  in.f
            for d in f_15(c, token):  # in.nml:3:24  in.f
                for e in f_16(d, token):  # in.nml:3:28  in.f
                    for f in f_18(e, token):  # in.nml:3:12  in.f
                        for g in f_19(f, token):  # in.nml:3:16  in.f
                            for h in f_20(g, token):  # in.nml:3:20  in.f
                                for i in f_21(h, token):  # in.nml:3:24  in.f
                                    for j in f_22(i, token):  # in.nml:3:28  in.f
                                        for k in f_23(j, token):  # in.nml:3:12  in.f
                                            for m in f_24(k, token):  # in.nml:3:16  in.f
                                                then_f_25(m, token)
                    for f in f_28(e, token):  # in.nml:3:12  in.f
                        for g in f_29(f, token):  # in.nml:3:16  in.f
                            for h in f_30(g, token):  # in.nml:3:20  in.f
                                for i in f_31(h, token):  # in.nml:3:24  in.f
                                    for j in f_32(i, token):  # in.nml:3:28  in.f
                                        after_merge_33(j, token)


def then_f_25(a, token):
    """in.f | in.f | in.f"""
    for b in f_25(a, token):  # in.nml:3:20  in.f
        for c in f_26(b, token):  # in.nml:3:24  in.f
            for d in f_27(c, token):  # in.nml:3:28  in.f
                after_merge_33(d, token)


def after_merge_33(a, token):
    """in.f | Sinks.log"""
    for b in f_34(a, token):  # in.nml:4:59  in.f
        log_35(b, token)  # in.nml:4:63  Sinks.log


workflow = Workflow(
    "w",
    module="in",
    sources=((literal_1, from_literal_1),),
    calls=(
        f_2,
        f_3,
        f_4,
        f_5,
        f_6,
        f_7,
        f_8,
        f_9,
        f_10,
        f_11,
        f_12,
        f_13,
        f_14,
        f_15,
        f_16,
        f_18,
        f_19,
        f_20,
        f_21,
        f_22,
        f_23,
        f_24,
        f_25,
        f_26,
        f_27,
        f_28,
        f_29,
        f_30,
        f_31,
        f_32,
        f_34,
    ),
    sinks=(log_35,),
    bounded=True,
    origin="in.nml:4:5",
)
