"""NS02xx, second half: ``nstack.yaml``, ``nstack-project.yaml`` and ``nstack.lock``."""

from nscompiler.diagnostics.entry import Code
from nscompiler.diagnostics.model import Severity

_MODULE = ("module.nml", "module Demo:1.0.0\n\nfun numChars : Text -> Integer\n")
_IN_FOLDER = ("demo/module.nml", _MODULE[1])
_CONFIG = ("nstack.yaml", "stack:\n  language: python\n")
_LOCK = (
    "nstack.lock",
    """{
  "modules": {
    "Demo:1.0.0": {
      "interface": "sha256:6fb1",
      "content": "sha256:02c4"
    }
  },
  "schema_version": 1
}
""",
)


def _module_with(config: str) -> tuple[tuple[str, str], ...]:
    return (_MODULE, ("nstack.yaml", config))


BAD_YAML = Code(
    id="NS0231",
    name="bad-yaml",
    title="a configuration file is not valid YAML",
    explanation=(
        "The file could not be read as one YAML 1.2 document. The place is where the reader gave up, which may be "
        "a little after the slip: look for a bracket or a quote that is not closed, a tab used for indentation, or "
        "a missing space after a colon."
    ),
    wrong_files=_module_with("packages: [curl, git\n"),
    right_files=_module_with("packages: [curl, git]\n"),
)

UNKNOWN_KEY = Code(
    id="NS0232",
    name="unknown-key",
    title="a configuration file has a key that means nothing",
    explanation=(
        "The key is not one that is read here, so what stands under it has no effect. Keys of `nstack.yaml` are "
        "`stack`, `parent`, `packages`, `commands`, `files` and `name`; below `stack` there are `language`, "
        "`api-version` and `snapshot`; `nstack-project.yaml` has `modules`, `lints` and `places`."
    ),
    level=Severity.WARNING,
    wrong_files=_module_with("stack:\n  language: python\npackage: [curl]\n"),
    right_files=_module_with("stack:\n  language: python\npackages: [curl]\n"),
)

WRONG_KIND = Code(
    id="NS0233",
    name="wrong-kind",
    title="a value in a configuration file is of the wrong kind",
    explanation=(
        "What stands under a key is not what the key takes: text where a list is wanted, a list where a mapping "
        "is, a number where text is. `packages`, `commands`, `files` and `modules` are lists of text, also for one "
        "item; `stack` is a mapping; `snapshot` is a list of two whole numbers; a level under `lints` is `off`, "
        "`hint`, `warning` or `error`."
    ),
    wrong_files=_module_with("stack:\n  language: python\npackages: curl\n"),
    right_files=_module_with("stack:\n  language: python\npackages: [curl]\n"),
)

DUPLICATE_KEY = Code(
    id="NS0234",
    name="duplicate-key",
    title="a configuration file gives one key twice",
    explanation=(
        "A key stands once in a mapping. Of two, one would be dropped in silence, so neither is. Put both lists "
        "together, or remove one of them."
    ),
    wrong_files=_module_with("packages: [curl]\npackages: [git]\n"),
    right_files=_module_with("packages: [curl, git]\n"),
)

NO_MATCH = Code(
    id="NS0235",
    name="no-match",
    title="an entry of `files` matches no file",
    explanation=(
        "Entries of `files` name the files that belong to the module beside its code: data, models, helper "
        "modules. Each is a path inside the module's folder, a folder, or a pattern with `*`, `?`, `[…]` and `**`. "
        "This one matches nothing, so the module would be built without something it counts on. Names that start "
        "with a dot are matched only by a pattern that starts with one."
    ),
    wrong_files=(*_module_with("files: [train.csv]\n"), ("training.csv", "1,2\n")),
    right_files=(*_module_with("files: [training.csv]\n"), ("training.csv", "1,2\n")),
)

PATH_OUTSIDE = Code(
    id="NS0236",
    name="path-outside",
    title="an entry of `files` leads out of the module's folder",
    explanation=(
        "A module is made of what lies in its folder, so that it can be copied, hashed and shipped. An absolute "
        "path, a path with `..` in it, or a symbolic link to somewhere else would bring in what others do not "
        "have. Copy the file into the folder, or read it at run time from a path given as a parameter."
    ),
    wrong_files=(
        ("demo/module.nml", _MODULE[1]),
        ("demo/nstack.yaml", "files: [../data.csv]\n"),
        ("data.csv", "1,2\n"),
    ),
    right_files=(
        ("demo/module.nml", _MODULE[1]),
        ("demo/nstack.yaml", "files: [data.csv]\n"),
        ("demo/data.csv", "1,2\n"),
    ),
)

OLD_STACK = Code(
    id="NS0237",
    name="old-stack",
    title="`stack` is written in its old form",
    explanation=(
        "`stack: python` is how early modules named their language. It still works and means `stack: {language: "
        "python}`; the longer form has room for the API version and the snapshot."
    ),
    level=Severity.HINT,
    wrong_files=_module_with("stack: python\n"),
    right_files=_module_with("stack: {language: python}\n"),
)

OLD_PARENT = Code(
    id="NS0240",
    name="old-parent",
    title="`parent` names a base image of the original",
    explanation=(
        "In 2017 `parent: NStack.Python:0.24.0` named the image that a module was built on. The Python that runs a "
        "module is today's, so the line has no effect. `stack: {language: python}` says the same."
    ),
    level=Severity.HINT,
    wrong_files=_module_with("parent: NStack.Python:0.24.0\n"),
    right_files=_module_with("stack: {language: python}\n"),
)

API_BLOCK = Code(
    id="NS0238",
    name="api-block",
    title="`nstack.yaml` has an `api` block",
    explanation=(
        "The earliest modules declared their functions in `nstack.yaml`, under `api`. Since then they stand in a "
        "file of their own, `module.nml`, in the language itself, and the block is not read. The message shows the "
        "`module.nml` to write; remove the block afterwards."
    ),
    wrong_files=_module_with("stack:\n  language: python\napi: |\n  numChars : Text -> Integer\n"),
    right_files=_module_with("stack:\n  language: python\n"),
)

UNSUPPORTED_LANGUAGE = Code(
    id="NS0239",
    name="unsupported-language",
    title="a module is written in a language that is not supported here",
    explanation=(
        "Modules are implemented in Python 3, `language: python`. Old modules may ask for `python2`, `r` or "
        "`nodejs`, which have no runtime here: their functions would have to be ported."
    ),
    wrong_files=_module_with("stack:\n  language: nodejs\n"),
    right_files=_module_with("stack:\n  language: python\n"),
)

MISSING_FOLDER = Code(
    id="NS0241",
    name="missing-folder",
    title="a project lists a folder that does not exist",
    explanation=(
        "Entries of `modules` in `nstack-project.yaml` are the folders of the modules that a build of the project "
        "builds, relative to the project's own folder. There is no such folder: it was renamed, or the entry is "
        "misspelt."
    ),
    wrong_files=(("nstack-project.yaml", "modules:\n  - demos\n"), ("demo/module.nml", _MODULE[1])),
    right_files=(("nstack-project.yaml", "modules:\n  - demo\n"), ("demo/module.nml", _MODULE[1])),
)

UNLISTED_FOLDER = Code(
    id="NS0242",
    name="unlisted-folder",
    title="a project needs a module that it does not list",
    explanation=(
        "A module that the project lists imports, directly or through others, one whose folder lies in the project "
        "but is not in its list. It is found and built all the same; listing it says so."
    ),
    level=Severity.HINT,
    wrong_files=(
        ("nstack-project.yaml", "modules:\n  - main\n"),
        ("demo/module.nml", _MODULE[1]),
        ("main/module.nml", "module Main:1.0.0\n\nimport Demo:1.0.0 as D\n\ndef count = D.numChars\n"),
    ),
    right_files=(
        ("nstack-project.yaml", "modules:\n  - main\n  - demo\n"),
        ("demo/module.nml", _MODULE[1]),
        ("main/module.nml", "module Main:1.0.0\n\nimport Demo:1.0.0 as D\n\ndef count = D.numChars\n"),
    ),
)

LINT_LEVEL = Code(
    id="NS0243",
    name="lint-level",
    title="a level is set for what is no warning or hint",
    explanation=(
        "`lints` in `nstack-project.yaml` sets the level of warnings and hints, by code or by name: `off`, `hint`, "
        "`warning` or `error`. An error keeps its level, since the program cannot be built with it; and no diagnostic "
        "may have the name at all, most often by a slip. The entry has no effect."
    ),
    level=Severity.WARNING,
    wrong_files=(("nstack-project.yaml", "modules:\n  - demo\nlints:\n  unused-imports: error\n"), _IN_FOLDER),
    right_files=(("nstack-project.yaml", "modules:\n  - demo\nlints:\n  unused-import: error\n"), _IN_FOLDER),
)

BAD_PLACE = Code(
    id="NS0245",
    name="bad-place",
    title="an entry of `places` cannot be followed",
    explanation=(
        "`places` in `nstack-project.yaml` says which modules share an image or a task. A place is called by "
        "lower-case letters, digits, `-` and `_`, because images, services and tasks are called after it, "
        "and a module is in one place at most."
    ),
    wrong_files=(
        ("nstack-project.yaml", "modules: [demo]\nplaces:\n  one: {modules: [Demo]}\n  two: {modules: [Demo]}\n"),
        _IN_FOLDER,
    ),
    right_files=(
        ("nstack-project.yaml", "modules: [demo]\nplaces:\n  one: {modules: [Demo], memory: 2g}\n"),
        _IN_FOLDER,
    ),
)

UNKNOWN_PLACED = Code(
    id="NS0246",
    name="unknown-placed-module",
    title="`places` names a module that the project does not have",
    explanation=(
        "`places` in `nstack-project.yaml` lists modules by name, with or without the version. The project has none of "
        "this name, most often by a slip. The entry has no effect: the module that was meant runs where it would "
        "without it."
    ),
    level=Severity.WARNING,
    wrong_files=(("nstack-project.yaml", "modules: [demo]\nplaces:\n  one: {modules: [Dmeo]}\n"), _IN_FOLDER),
    right_files=(("nstack-project.yaml", "modules: [demo]\nplaces:\n  one: {modules: [Demo]}\n"), _IN_FOLDER),
)

BAD_REQUIREMENT = Code(
    id="NS0244",
    name="bad-requirement",
    title="a line of `requirements.txt` is no requirement",
    explanation=(
        "`requirements.txt` lists the packages that a module's Python code needs, one a line: a name, or a name with "
        "versions, `numpy>=1.26,<3`. Comparisons are `==`, `!=`, `<`, `<=`, `>`, `>=`, `~=` and `===`; several have "
        "commas between them, and what depends on the machine stands after a `;`. pip refuses the whole file for one "
        "line that it cannot read, so nothing could be installed where the workflow runs. Options (`-r`), paths and "
        "addresses are left to pip."
    ),
    wrong_files=(_MODULE, ("requirements.txt", "numpy=1.26\n")),
    right_files=(_MODULE, ("requirements.txt", "numpy==1.26\n")),
)

CHANGED_RELEASE = Code(
    id="NS0251",
    name="changed-release",
    title="a released version has changed since it was built",
    explanation=(
        "A version without `-SNAPSHOT` is a release: whoever imports it relies on it never changing. `nstack.lock`"
        " holds the hashes of what was built under this version, and the files are different now. Give the module"
        " the next version, or undo the change; while a module still changes every day, `-SNAPSHOT` is the version"
        " to have."
    ),
    wrong_files=(_MODULE, _LOCK),
    right_files=(("module.nml", "module Demo:1.0.1\n\nfun numChars : Text -> Integer\n"), _LOCK),
)

BAD_LOCK = Code(
    id="NS0252",
    name="bad-lock",
    title="`nstack.lock` cannot be read",
    explanation=(
        "`nstack.lock` is written by the compiler as JSON: for each built release its reference and the hashes of "
        "its interface and its files. This one has been damaged, most often by a merge that left its marks. Take "
        "one side's version of the file; entries that are missing are written again by the next build."
    ),
    wrong_files=(_MODULE, _CONFIG, ("nstack.lock", "<<<<<<< ours\n")),
    right_files=(_MODULE, _CONFIG, ("nstack.lock", '{\n  "modules": {},\n  "schema_version": 1\n}\n')),
)

CODES = (
    BAD_YAML,
    UNKNOWN_KEY,
    WRONG_KIND,
    DUPLICATE_KEY,
    NO_MATCH,
    PATH_OUTSIDE,
    OLD_STACK,
    OLD_PARENT,
    API_BLOCK,
    UNSUPPORTED_LANGUAGE,
    MISSING_FOLDER,
    UNLISTED_FOLDER,
    LINT_LEVEL,
    BAD_PLACE,
    UNKNOWN_PLACED,
    BAD_REQUIREMENT,
    CHANGED_RELEASE,
    BAD_LOCK,
)
