"""The same program in three languages, from a seed: modules with types through imports, functions and six pipes each.

``write(language, count, folder)`` writes it as ``nml`` (ours), ``py`` or ``ts``; ``python corpora.py COUNT FOLDER``
writes all three.
"""

import random
import sys
from pathlib import Path


def plan(n, seed):
    """-> list of dict(i, pkg, imps=[j..]) ; imports point to uniformly chosen earlier modules"""
    rnd = random.Random(seed)
    mods = []
    for i in range(n):
        k = 0 if i < 3 else min(i, rnd.choice((2, 3, 3)))
        imps = sorted(rnd.sample(range(i), k)) if k else []
        rnd.shuffle(imps)
        mods.append({"i": i, "pkg": i // 100, "imps": imps, "lv": rnd.randrange(10), "port": rnd.randrange(1000, 9999)})
    return mods


ALIAS = ["A", "B", "C"]


# ---------------------------------------------------------------- NML
def nml_name(m):
    return f"Synth.P{m['pkg']}.Mod{m['i']}"


def nml(m, mods):
    i = m["i"]
    imps = m["imps"]
    L = []  # noqa: N806
    w = L.append
    w(f"module {nml_name(m)}:0.1.0")
    w("")
    for a, j in zip(ALIAS, imps, strict=False):
        w(f"import {nml_name(mods[j])}:0.1.0 as {a}")
    if imps:
        w("")
    up = f"A.Info{imps[0]}" if imps else "Text"
    ex = f"B.Rec{imps[1]}" if imps else "Double"
    w(f"// Records that stage {i} reads and writes (generated)")
    w(f"type Rec{i} = (Text, Double, {up})")
    w(f"type Info{i} = {{ title : Text")
    w(f"{' ' * (len(str(i)) + 12)}, score : Double")
    w(f"{' ' * (len(str(i)) + 12)}, tags : [Text]")
    w(f"{' ' * (len(str(i)) + 12)}, parent : {up}")
    w(f"{' ' * (len(str(i)) + 12)}, extra : optional {ex}")
    w(f"{' ' * (len(str(i)) + 12)}}}")
    w(f"type Event{i} = Created{i} Rec{i}")
    w(f"            | Removed{i} {{ id : Integer, why : Text }}")
    w(f"            | Moved{i} (Text, Integer)")
    w("")
    w("/* Functions backed by containers: the bodies live in Python,")
    w("   only their types matter here. */")
    w(f"fun lift{i} : {up} -> Rec{i}")
    w(f"fun enrich{i} : Rec{i} -> Info{i}")
    w(f"fun split{i} : Info{i} -> [Info{i}]")
    w(f"fun pick{i} : Info{i} -> optional Event{i}")
    w("")
    w(f"// Workflows of stage {i}")
    w(f'def base{i} = lift{i} | enrich{i} {{ level = "{m["lv"]}", mode = "fast" }}')
    w(f"def many{i} = base{i} | split{i} *")
    if imps:
        w(f"def chain{i} = A.base{imps[0]} | base{i}")
    else:
        w(f"def chain{i} = Std.identity | base{i}")
    if len(imps) > 2:
        w(f"def side{i} = C.base{imps[2]}")  # an import that nothing uses is warned of
    w(f"def kept{i} = many{i} | filter pick{i}")
    w(f'def fromHttp{i} = Sources.http<{up}> {{ http_path = "/stage{i}", http_port = "{m["port"]}" }}')
    w(f"                | base{i}")
    w(f"                | Sinks.log<Info{i}>")
    w(f"def fromDb{i} = Sources.postgresql<(Text, Text)>")
    w(f'              {{ pg_host = "db-{i}.example.com", pg_port = "5432", pg_user = "demo", pg_database = "demo",')
    w(f'                pg_query = "SELECT title, body FROM film{i} ORDER BY 1 LIMIT 15;" }}')
    w("              // only tuples come out of the database")
    w("              | Std.fst")
    w(f"              | Conv.from_json<{up}>")
    w(f'              | kept{i} {{ level = "9" }}')
    w(f"              | Sinks.log<Event{i}>")
    return "\n".join(L) + "\n"


# ---------------------------------------------------------------- Python
PY_RT = '''"""Runtime stand-in: typed external functions and their composition."""
from __future__ import annotations
from typing import Generic, Optional, TypeVar, Tuple, List

I = TypeVar("I")
O = TypeVar("O")
T = TypeVar("T")
X = TypeVar("X")


class Opt(Generic[T]):
    value: Optional[T]


class Fn(Generic[I, O]):
    def __init__(self, name: str = "", **params: str) -> None:
        self.name = name
        self.params = params

    def __call__(self, x: I) -> O:
        raise NotImplementedError

    def __or__(self, other: Fn[O, T]) -> Fn[I, T]:
        raise NotImplementedError

    def with_(self, **params: str) -> Fn[I, O]:
        raise NotImplementedError

    def concat(self: Fn[X, List[T]]) -> Fn[X, T]:
        raise NotImplementedError

    def filter(self: Fn[X, Opt[T]]) -> Fn[X, T]:
        raise NotImplementedError


class Http(Fn[None, T]):
    pass


class Postgres(Fn[None, T]):
    pass


class Log(Fn[T, None]):
    pass


class FromJson(Fn[str, T]):
    pass


fst: Fn[Tuple[str, str], str] = Fn("fst")
trim: Fn[str, str] = Fn("trim")
'''


def py(m, mods):
    i = m["i"]
    imps = m["imps"]
    L = []  # noqa: N806
    w = L.append
    w(f'"""Stage {i} (generated)."""')
    w("from __future__ import annotations")
    w("from dataclasses import dataclass")
    w("from typing import List, NamedTuple, Optional, Tuple, Union")
    w("from nml_rt import Fn, FromJson, Http, Log, Opt, Postgres, fst, trim")
    for a, j in zip(ALIAS, imps, strict=False):
        w(f"from synth.p{mods[j]['pkg']} import mod{j} as {a}")
    up = f"A.Info{imps[0]}" if imps else "str"
    ex = f"B.Rec{imps[1]}" if imps else "float"
    w("")
    w(f"# Records that stage {i} reads and writes (generated)")
    w(f"class Rec{i}(NamedTuple):")
    w("    f0: str")
    w("    f1: float")
    w(f"    f2: {up}")
    w("")
    w("@dataclass")
    w(f"class Info{i}:")
    w("    title: str")
    w("    score: float")
    w("    tags: List[str]")
    w(f"    parent: {up}")
    w(f"    extra: Optional[{ex}]")
    w("")
    w("@dataclass")
    w(f"class Created{i}:")
    w(f"    value: Rec{i}")
    w("@dataclass")
    w(f"class Removed{i}:")
    w("    id: int")
    w("    why: str")
    w("@dataclass")
    w(f"class Moved{i}:")
    w("    value: Tuple[str, int]")
    w(f"Event{i} = Union[Created{i}, Removed{i}, Moved{i}]")
    w("")
    w(f'lift{i}: Fn[{up}, Rec{i}] = Fn("lift{i}")')
    w(f'enrich{i}: Fn[Rec{i}, Info{i}] = Fn("enrich{i}")')
    w(f'split{i}: Fn[Info{i}, List[Info{i}]] = Fn("split{i}")')
    w(f'pick{i}: Fn[Info{i}, Opt[Event{i}]] = Fn("pick{i}")')
    w("")
    w(f"# Workflows of stage {i}")
    w(f'base{i} = lift{i} | enrich{i}.with_(level="{m["lv"]}", mode="fast")')
    w(f"many{i} = base{i} | split{i}.concat()")
    w(f"chain{i} = A.base{imps[0]} | base{i}" if imps else f"chain{i} = trim | base{i}")
    w(f"kept{i} = many{i} | pick{i}.filter()")
    w(f'fromHttp{i} = Http[{up}](http_path="/stage{i}", port="{m["port"]}") | base{i} | Log[Info{i}]()')
    w(f'fromDb{i} = (Postgres[Tuple[str, str]](pg_host="db-{i}.example.com", pg_port="5432", pg_user="demo",')
    w(f'              pg_query="SELECT title, body FROM film{i} ORDER BY 1 LIMIT 15;")')
    w("    # only tuples come out of the database")
    w("    | fst")
    w(f"    | FromJson[{up}]()")
    w(f'    | kept{i}.with_(level="9")')
    w(f"    | Log[Event{i}]())")
    return "\n".join(L) + "\n"


# ---------------------------------------------------------------- TypeScript
TS_RT = """// Runtime stand-in: typed external functions and their composition.
export type Params = { [k: string]: string };
export declare class Fn<I, O> {
  readonly _in: (x: I) => void;
  readonly _out: () => O;
  constructor(name: string, params?: Params);
  pipe<T>(other: Fn<O, T>): Fn<I, T>;
  with(params: Params): Fn<I, O>;
  concat<T>(this: Fn<I, T[]>): Fn<I, T>;
  filter<T>(this: Fn<I, T | null>): Fn<I, T>;
}
export declare function http<T>(p: Params): Fn<void, T>;
export declare function postgresql<T>(p: Params): Fn<void, T>;
export declare function log<T>(): Fn<T, void>;
export declare function fromJson<T>(): Fn<string, T>;
export declare const fst: Fn<[string, string], string>;
export declare const trim: Fn<string, string>;
"""


def ts(m, mods):
    i = m["i"]
    imps = m["imps"]
    L = []  # noqa: N806
    w = L.append
    w('import { Fn, fromJson, http, log, postgresql, fst, trim } from "../../nml_rt";')
    for a, j in zip(ALIAS, imps, strict=False):
        w(f'import * as {a} from "../p{mods[j]["pkg"]}/mod{j}";')
    up = f"A.Info{imps[0]}" if imps else "string"
    ex = f"B.Rec{imps[1]}" if imps else "number"
    w("")
    w(f"// Records that stage {i} reads and writes (generated)")
    w(f"export type Rec{i} = [string, number, {up}];")
    w(f"export interface Info{i} {{ title: string;")
    w("  score: number;")
    w("  tags: string[];")
    w(f"  parent: {up};")
    w(f"  extra: {ex} | null;")
    w("}")
    w(f'export type Event{i} = {{ tag: "Created{i}"; value: Rec{i} }}')
    w(f'  | {{ tag: "Removed{i}"; value: {{ id: number; why: string }} }}')
    w(f'  | {{ tag: "Moved{i}"; value: [string, number] }};')
    w("")
    w("/* Functions backed by containers: the bodies live in Python,")
    w("   only their types matter here. */")
    w(f'export const lift{i} = new Fn<{up}, Rec{i}>("lift{i}");')
    w(f'export const enrich{i} = new Fn<Rec{i}, Info{i}>("enrich{i}");')
    w(f'export const split{i} = new Fn<Info{i}, Info{i}[]>("split{i}");')
    w(f'export const pick{i} = new Fn<Info{i}, Event{i} | null>("pick{i}");')
    w("")
    w(f"// Workflows of stage {i}")
    w(f'export const base{i} = lift{i}.pipe(enrich{i}.with({{ level: "{m["lv"]}", mode: "fast" }}));')
    w(f"export const many{i} = base{i}.pipe(split{i}.concat());")
    w(
        f"export const chain{i} = A.base{imps[0]}.pipe(base{i});"
        if imps
        else f"export const chain{i} = trim.pipe(base{i});"
    )
    w(f"export const kept{i} = many{i}.pipe(pick{i}.filter<Event{i}>());")
    w(f'export const fromHttp{i} = http<{up}>({{ http_path: "/stage{i}", port: "{m["port"]}" }})')
    w(f"  .pipe(base{i})")
    w(f"  .pipe(log<Info{i}>());")
    w(f"export const fromDb{i} = postgresql<[string, string]>(")
    w(f'    {{ pg_host: "db-{i}.example.com", pg_port: "5432", pg_user: "demo",')
    w(f'      pg_query: "SELECT title, body FROM film{i} ORDER BY 1 LIMIT 15;" }})')
    w("  // only tuples come out of the database")
    w("  .pipe(fst)")
    w(f"  .pipe(fromJson<{up}>())")
    w(f'  .pipe(kept{i}.with({{ level: "9" }}))')
    w(f"  .pipe(log<Event{i}>());")
    return "\n".join(L) + "\n"


FILES = {
    "nml": lambda m: f"Synth.P{m['pkg']}.Mod{m['i']}/module.nml",
    "py": lambda m: f"synth/p{m['pkg']}/mod{m['i']}.py",
    "ts": lambda m: f"src/p{m['pkg']}/mod{m['i']}.ts",
}
BESIDE = {
    "nml": {},
    "py": {
        "synth/__init__.py": "",
        "nml_rt.py": PY_RT,
        "mypy.ini": "[mypy]\nstrict = True\n",
        "pyproject.toml": '[project]\nname = "synth"\nversion = "0"\n',
    },
    "ts": {
        "nml_rt.ts": TS_RT,
        "tsconfig.json": '{"compilerOptions":{"strict":true,"noEmit":true,"target":"es2022","module":"es2022",'
        '"moduleResolution":"bundler","skipLibCheck":true,"types":[]},"include":["src","nml_rt.ts"]}\n',
    },
}
WRITERS = {"nml": nml, "py": py, "ts": ts}


def write(language: str, count: int, folder: Path, seed: int = 7) -> list[Path]:
    """Write a program of so many modules; the modules' files, each after those that it imports."""
    modules = plan(count, seed)
    found = []
    for module in modules:
        path = folder / FILES[language](module)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(WRITERS[language](module, modules))
        if language == "py":
            (path.parent / "__init__.py").touch()
        found.append(path)
    for name, text in BESIDE[language].items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return found


if __name__ == "__main__":
    for language in WRITERS:
        write(language, int(sys.argv[1]), Path(sys.argv[2]) / language)
