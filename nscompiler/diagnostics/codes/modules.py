"""NS02xx, first half: module references, imports, and the files that modules lie in."""

from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Severity

_RIGHT_HEADER = "module Demo:1.0.0\n\nfun numChars : Text -> Integer\n"

MISSING_VERSION = Code(
    id="NS0201",
    name="missing-version",
    title="a module reference has no version",
    explanation=(
        "A module is named together with its version: `Demo:1.0.0`. The version is part of the name, since two "
        "versions of one module are two modules that may stand side by side in a program. Write a colon and three "
        "numbers after the name; while the module still changes, `0.0.1-SNAPSHOT` is the usual start."
    ),
    wrong="module Demo\n\nfun numChars : Text -> Integer\n",
    right=_RIGHT_HEADER,
)

INCOMPLETE_VERSION = Code(
    id="NS0202",
    name="incomplete-version",
    title="a version has not exactly three numbers",
    explanation=(
        "A version is three numbers, MAJOR.MINOR.PATCH, as in semantic versioning. Nothing is filled in: if `1.0` "
        "meant `1.0.0`, one module would have two names. Write all three numbers, and no fourth."
    ),
    wrong="module Demo:1.0\n\nfun numChars : Text -> Integer\n",
    right=_RIGHT_HEADER,
)

VERSION_SUFFIX = Code(
    id="NS0203",
    name="version-suffix",
    title="what follows a version's numbers is not `-SNAPSHOT`",
    explanation=(
        "After the three numbers only `-SNAPSHOT` may stand, for a version that is still being worked on, or "
        "`-SNAPSHOT-` and a hexadecimal number, which names one exact snapshot. There are no alpha, beta or build "
        "suffixes: the order of versions has to be plain. Take `-SNAPSHOT`, or the next number."
    ),
    wrong="module Demo:1.0.0-beta\n\nfun numChars : Text -> Integer\n",
    right="module Demo:1.0.0-SNAPSHOT\n\nfun numChars : Text -> Integer\n",
)

VERSION_NUMBER = Code(
    id="NS0204",
    name="version-number",
    title="a part of a version is no plain number",
    explanation=(
        "Each of a version's three parts is a whole number of at most nine digits, without a leading zero, sign or "
        "letter. `01` and `1` would be one version under two names, and `v1` is not a number."
    ),
    wrong="module Demo:1.02.0\n\nfun numChars : Text -> Integer\n",
    right="module Demo:1.2.0\n\nfun numChars : Text -> Integer\n",
)

ONE_WORD_REGISTRY = Code(
    id="NS0205",
    name="one-word-registry",
    title="a registry has only one word",
    explanation=(
        "A reference with two slashes starts with a registry, the host name of a server: two or more words with "
        "dots between them, such as `registry.example.com`. A single word there cannot be told from an author. "
        "Write the host's full name, or leave the registry out."
    ),
    wrong="module registry/nstack/Demo:1.0.0\n\nfun numChars : Text -> Integer\n",
    right="module registry.example.com/nstack/Demo:1.0.0\n\nfun numChars : Text -> Integer\n",
)

REGISTRY_WITHOUT_AUTHOR = Code(
    id="NS0206",
    name="registry-without-author",
    title="a registry is followed by no author",
    explanation=(
        "Before the one slash of `x/Demo:1.0.0` stands an author, and an author is one word without dots. Words "
        "with dots are a registry, which needs an author after it: `registry.example.com/author/Demo:1.0.0`. The "
        "author of modules without one is `nstack`."
    ),
    wrong="module registry.example.com/Demo:1.0.0\n\nfun numChars : Text -> Integer\n",
    right="module registry.example.com/nstack/Demo:1.0.0\n\nfun numChars : Text -> Integer\n",
)

BAD_AUTHOR = Code(
    id="NS0207",
    name="bad-author",
    title="an author is not one plain word",
    explanation=(
        "An author is one word of letters, digits and `_`, such as `nstack`, `my_name` or `401`. It has no dots "
        "(those make a registry) and no other signs, because it becomes part of file and host names."
    ),
    wrong="module registry.example.com/bad.author/Demo:1.0.0\n\nfun numChars : Text -> Integer\n",
    right="module registry.example.com/author/Demo:1.0.0\n\nfun numChars : Text -> Integer\n",
)

TOO_MANY_PARTS = Code(
    id="NS0208",
    name="too-many-parts",
    title="a module reference has more than two slashes",
    explanation=(
        "A reference has at most three parts between slashes: registry, author, name. A name is divided by dots, "
        "not by slashes: `Movies.Types`, not `Movies/Types`."
    ),
    wrong="module a/b/c/Demo:1.0.0\n\nfun numChars : Text -> Integer\n",
    right="module author/Demo:1.0.0\n\nfun numChars : Text -> Integer\n",
)

MODULE_NAME = Code(
    id="NS0209",
    name="module-name",
    title="a module's name is not made of capitalised words",
    explanation=(
        "A module's name is one or more words with dots between them. Each word starts with a capital letter (A–Z) "
        "and goes on with letters, digits or `_`: `Demo`, `Movies.Types`, `Foo_bar`. That is what tells a module "
        "from an author and from a function."
    ),
    wrong="module demo:1.0.0\n\nfun numChars : Text -> Integer\n",
    right=_RIGHT_HEADER,
)

MALFORMED_REFERENCE = Code(
    id="NS0210",
    name="malformed-reference",
    title="a module reference is not well formed",
    explanation=(
        "A reference is `registry.host/author/Name.Part:MAJOR.MINOR.PATCH`, where registry and author may be left "
        "out. This one has an empty part or a sign that has no place in it."
    ),
    wrong="module author/.Demo:1.0.0\n\nfun numChars : Text -> Integer\n",
    right="module author/Demo:1.0.0\n\nfun numChars : Text -> Integer\n",
)

UNKNOWN_MODULE = Code(
    id="NS0211",
    name="unknown-module",
    title="an imported module is not found",
    explanation=(
        "An import names a module by what its header says, wherever its file lies. Modules are looked for below "
        "the root (the nearest folder with an `nstack-project.yaml`, else the repository, else the path given), "
        "then in the folders of `--path` and `NSTACK_PATH`, then in the standard library. None of the files there "
        "has this name in its header. A misspelt name is offered as a fix; for a module that lies elsewhere give "
        "its folder with `--path`."
    ),
    wrong_files=(
        ("types.nml", "module Movies.Types:0.1.0\n\ntype Movie = { title : Text }\n"),
        ("main.nml", "module Movies.Main:0.1.0\n\nimport Movies.Typs:0.1.0 as T\n\nfun best : [T.Movie] -> T.Movie\n"),
    ),
    right_files=(
        ("types.nml", "module Movies.Types:0.1.0\n\ntype Movie = { title : Text }\n"),
        ("main.nml", "module Movies.Main:0.1.0\n\nimport Movies.Types:0.1.0 as T\n\nfun best : [T.Movie] -> T.Movie\n"),
    ),
)

UNKNOWN_VERSION = Code(
    id="NS0212",
    name="unknown-version",
    title="a module exists, but not in the imported version",
    explanation=(
        "The module is there under other versions only. Versions are matched exactly: an import of `0.1.0` takes "
        "neither `0.1.1` nor `0.1.0-SNAPSHOT`, so that what a program is made of never depends on what else lies "
        "around. The versions that exist are listed, newest first, and the fixes edit the import."
    ),
    wrong_files=(
        ("types.nml", "module Movies.Types:0.2.0\n\ntype Movie = { title : Text }\n"),
        ("main.nml", "module Movies.Main:0.1.0\n\nimport Movies.Types:0.1.0 as T\n\nfun best : [T.Movie] -> T.Movie\n"),
    ),
    right_files=(
        ("types.nml", "module Movies.Types:0.2.0\n\ntype Movie = { title : Text }\n"),
        ("main.nml", "module Movies.Main:0.1.0\n\nimport Movies.Types:0.2.0 as T\n\nfun best : [T.Movie] -> T.Movie\n"),
    ),
)

SELF_IMPORT = Code(
    id="NS0213",
    name="self-import",
    title="a module imports itself",
    explanation=(
        "What a module declares is in scope in it by its bare name, in any order. Importing the module into itself "
        "adds nothing and would be a cycle. Remove the import and the alias before the names."
    ),
    wrong="module Demo:1.0.0\n\nimport Demo:1.0.0 as D\n\nfun numChars : Text -> Integer\n",
    right=_RIGHT_HEADER,
)

IMPORT_CYCLE = Code(
    id="NS0214",
    name="import-cycle",
    title="modules import each other in a ring",
    explanation=(
        "Modules are checked and built in the order of their imports, so imports must not lead back to where they "
        "started. The message shows the ring once, with the place of each import in it. Move what both sides need "
        "into a module of its own that imports neither."
    ),
    wrong_files=(
        ("a.nml", "module A:0.1.0\n\nimport B:0.1.0 as B\n\ntype Left = { right : B.Right }\n"),
        ("b.nml", "module B:0.1.0\n\nimport A:0.1.0 as A\n\ntype Right = Text\ntype Both = (A.Left, Right)\n"),
    ),
    right_files=(
        ("a.nml", "module A:0.1.0\n\nimport B:0.1.0 as B\n\ntype Left = { right : B.Right }\n"),
        ("b.nml", "module B:0.1.0\n\ntype Right = Text\n"),
    ),
)

DUPLICATE_ALIAS = Code(
    id="NS0215",
    name="duplicate-alias",
    title="two imports have the same alias",
    explanation=(
        "An alias says which module a name such as `T.Movie` comes from, so it may be given once in a file. "
        "Without `as` the alias is the last part of the module's name, so `Movies.Types` and `Users.Types` are "
        "both `Types`. Give one of them another with `as`."
    ),
    wrong_files=(
        ("movies.nml", "module Movies.Types:0.1.0\n\ntype Movie = { title : Text }\n"),
        ("users.nml", "module Users.Types:0.1.0\n\ntype User = { name : Text }\n"),
        (
            "main.nml",
            "import Movies.Types:0.1.0\nimport Users.Types:0.1.0\n\ntype Seen = (Types.Movie, Text)\n",
        ),
    ),
    right_files=(
        ("movies.nml", "module Movies.Types:0.1.0\n\ntype Movie = { title : Text }\n"),
        ("users.nml", "module Users.Types:0.1.0\n\ntype User = { name : Text }\n"),
        (
            "main.nml",
            "import Movies.Types:0.1.0\nimport Users.Types:0.1.0 as U\n\ntype Seen = (Types.Movie, U.User)\n",
        ),
    ),
)

RESERVED_ALIAS = Code(
    id="NS0216",
    name="reserved-alias",
    title="an import takes an alias of the standard library",
    explanation=(
        "`Sources`, `Sinks`, `Conv` and `Std` always mean the standard library, in every file, so that "
        "`Sources.http` reads the same everywhere. An import may not take one of these aliases for another module, "
        "neither with `as` nor because its name ends so. Write `as` and another word."
    ),
    wrong_files=(
        ("mine.nml", "module My.Sources:0.1.0\n\nfun twice : Text -> Text\n"),
        ("main.nml", "module Main:0.1.0\n\nimport My.Sources:0.1.0\n\ndef same = Std.identity\n"),
    ),
    right_files=(
        ("mine.nml", "module My.Sources:0.1.0\n\nfun twice : Text -> Text\n"),
        ("main.nml", "module Main:0.1.0\n\nimport My.Sources:0.1.0 as Mine\n\ndef four = Mine.twice | Mine.twice\n"),
    ),
)

SCRIPT_IMPORT = Code(
    id="NS0217",
    name="script-import",
    title="an import means a file without a header",
    explanation=(
        "A file without a `module` header is a script: it can be run, but it has no name and no version under "
        "which others could import it. To import it, give it a header as its first line, and move its bare "
        "expression, if it has one, into a `def`. Of a `module.nml`, which is a module but for its header, this is "
        "told once, at its start; of any other file, where it is imported."
    ),
    wrong_files=(
        ("cleaning.nml", "fun clean : Text -> Text\n"),
        ("main.nml", "module Main:0.1.0\n\nimport Cleaning:0.1.0 as C\n\ndef twice = C.clean | C.clean\n"),
    ),
    right_files=(
        ("cleaning.nml", "module Cleaning:0.1.0\n\nfun clean : Text -> Text\n"),
        ("main.nml", "module Main:0.1.0\n\nimport Cleaning:0.1.0 as C\n\ndef twice = C.clean | C.clean\n"),
    ),
)

DUPLICATE_MODULE = Code(
    id="NS0218",
    name="duplicate-module",
    title="two files have the same module in their headers",
    explanation=(
        "A module reference names one file. Where two different files claim the same reference, which of them an "
        "import means would be chance, also when they are copies today. Give one of them another name or version, "
        "remove it, or keep its folder out of the root (folders whose names start with a dot are not searched)."
    ),
    wrong_files=(
        ("new.nml", "module Demo:1.0.0\n\nfun numChars : Text -> Integer\n"),
        ("old.nml", "module Demo:1.0.0\n\nfun numChars : Text -> Double\n"),
    ),
    right_files=(
        ("new.nml", "module Demo:1.1.0\n\nfun numChars : Text -> Integer\n"),
        ("old.nml", "module Demo:1.0.0\n\nfun numChars : Text -> Double\n"),
    ),
)

TWO_VERSIONS = Code(
    id="NS0219",
    name="two-versions",
    title="two versions of one module are in one program",
    explanation=(
        "Two versions of a module are two modules: both are loaded, each with an instance of its own, and what one "
        "learns the other does not know. Types that are equal in structure still fit each other. That may be "
        "meant; if not, make the imports named here agree."
    ),
    level=Severity.HINT,
    wrong_files=(
        ("one.nml", "module Clean:0.1.0\n\nfun clean : Text -> Text\n"),
        ("two.nml", "module Clean:0.2.0\n\nfun clean : Text -> Text\n"),
        (
            "main.nml",
            "module Main:0.1.0\n\nimport Clean:0.1.0 as A\nimport Clean:0.2.0 as B\n\ndef both = A.clean | B.clean\n",
        ),
    ),
    right_files=(
        ("one.nml", "module Clean:0.1.0\n\nfun clean : Text -> Text\n"),
        ("two.nml", "module Clean:0.2.0\n\nfun clean : Text -> Text\n"),
        ("main.nml", "module Main:0.1.0\n\nimport Clean:0.2.0 as B\n\ndef both = B.clean | B.clean\n"),
    ),
)

NO_SUCH_PATH = Code(
    id="NS0221",
    name="no-such-path",
    title="a given path does not exist",
    explanation=(
        "The path is neither a file nor a folder, seen from the folder in which the command was started. Where a "
        "neighbour has a similar name it is offered. There is no program that shows this: the fault is in the "
        "command."
    ),
)

NOT_A_MODULE_FILE = Code(
    id="NS0222",
    name="not-a-module-file",
    title="a given file does not end in `.nml`",
    explanation=(
        "Modules and scripts are files whose names end in `.nml`. For a module's other files (`service.py`, "
        "`nstack.yaml`) or a project's `nstack-project.yaml`, give the folder: everything in it is checked "
        "together. There is no program that shows this: the fault is in the command."
    ),
)

NO_MODULES = Code(
    id="NS0223",
    name="no-modules",
    title="a given folder holds no `.nml` file",
    explanation=(
        "The folder and those below it were searched for files that end in `.nml`, and there are none. Not "
        "searched are folders whose names start with a dot, `node_modules`, `__pycache__`, virtual environments, "
        "and what a build has written (a folder with a `manifest.json`)."
    ),
    wrong_files=(("readme.txt", "The modules are still to be written.\n"),),
    right_files=(("module.nml", "module Demo:1.0.0\n\nfun numChars : Text -> Integer\n"),),
)

UNREADABLE = Code(
    id="NS0224",
    name="unreadable",
    title="a file or folder cannot be read",
    explanation=(
        "The operating system refused to open the file or to list the folder; its reason is part of the message. "
        "Most often permissions are missing. There is no program that shows this: the fault is outside the text."
    ),
)

NOT_TEXT = Code(
    id="NS0225",
    name="not-text",
    title="a file is not UTF-8 text",
    explanation=(
        "Files of the language are UTF-8 text. This one holds bytes that are not, or a NUL byte, which no text "
        "has; the message says where the first one is, counted in bytes from 0. The file may be something else "
        "under the wrong name, or text in another encoding, such as UTF-16 or Latin-1, which an editor can save as "
        "UTF-8."
    ),
    wrong_files=(("main.nml", "module Demo:1.0.0\n\x00\nfun numChars : Text -> Integer\n"),),
    right_files=(("main.nml", "module Demo:1.0.0\n\nfun numChars : Text -> Integer\n"),),
)

EMPTY_FILE = Code(
    id="NS0226",
    name="empty-file",
    title="a file is empty",
    explanation=(
        "The file holds nothing but white space: no header, no declaration, no workflow. Most often it was created "
        "and not yet written, or saving it failed."
    ),
    wrong="\n",
    right="module Demo:1.0.0\n",
)

MISSING_MODULE_FILE = Code(
    id="NS0227",
    name="missing-module-file",
    title="a module's folder has no `module.nml`",
    explanation=(
        "A folder with an `nstack.yaml`, or one that a project lists, is a module's folder, and its `module.nml` "
        "says what the module is called and what it declares. Without it the folder is no module. Write one, or "
        "remove the `nstack.yaml` or the entry."
    ),
    wrong_files=(
        ("demo/nstack.yaml", "stack:\n  language: python\n"),
        ("main.nml", "def same = Std.identity\n"),
    ),
    right_files=(
        ("demo/nstack.yaml", "stack:\n  language: python\n"),
        ("demo/module.nml", "module Demo:1.0.0\n\nfun numChars : Text -> Integer\n"),
        ("main.nml", "def same = Std.identity\n"),
    ),
)

HIDDEN_CHANGE = Code(
    id="NS0228",
    name="hidden-change",
    title="a release's version does not say that its interface changed",
    explanation=(
        "`nsc check --against REVISION` compares each module with what it was at a git revision. This one is a "
        "release, its interface is another one now, and its version does not tell those who use it. A change that can "
        "break a program takes the next first number, a change that cannot takes the next second one; in versions that "
        "start with 0 it is the second number and the third. `nsc diff REVISION` lists every change and whom it "
        "concerns. Give the module the version that the message names, or undo the change. A version that ends in "
        "`-SNAPSHOT` may change freely."
    ),
)

CODES = (
    MISSING_VERSION,
    INCOMPLETE_VERSION,
    VERSION_SUFFIX,
    VERSION_NUMBER,
    ONE_WORD_REGISTRY,
    REGISTRY_WITHOUT_AUTHOR,
    BAD_AUTHOR,
    TOO_MANY_PARTS,
    MODULE_NAME,
    MALFORMED_REFERENCE,
    UNKNOWN_MODULE,
    UNKNOWN_VERSION,
    SELF_IMPORT,
    IMPORT_CYCLE,
    DUPLICATE_ALIAS,
    RESERVED_ALIAS,
    SCRIPT_IMPORT,
    DUPLICATE_MODULE,
    TWO_VERSIONS,
    NO_SUCH_PATH,
    NOT_A_MODULE_FILE,
    NO_MODULES,
    UNREADABLE,
    NOT_TEXT,
    EMPTY_FILE,
    MISSING_MODULE_FILE,
    HIDDEN_CHANGE,
)
