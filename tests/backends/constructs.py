"""What a program may contain, each in the smallest program that has it: the rows of the table of targets."""

MODULES = {
    "a/module.nml": """module A:0.1.0

@stateless
fun f : Integer -> Integer
fun g : Integer -> Integer
fun list : Integer -> [Integer]
fun maybe : Integer -> optional Integer
fun text : Integer -> Text
@bounded
fun few : Void -> Integer
fun ever : Void -> Integer
fun keep : Integer -> Void
""",
    "a/service.py": """import nstack


class Module(nstack.Module):
    def f(self, value):
        return value

    def few(self):
        yield 1

    def ever(self):
        yield 1

    g = list = maybe = text = keep = f
""",
    "a/requirements.txt": "six==1.16.0\n",
    "b/module.nml": "module B:0.1.0\n\n@stateless\nfun h : Integer -> Integer\n",
    "b/service.py": "import nstack\n\n\nclass Module(nstack.Module):\n    def h(self, value):\n        return value\n",
    "c/module.nml": "module C:0.1.0\n\n@stateless\nfun i : Integer -> Integer\n",
    "c/service.py": "import nstack\n\n\nclass Module(nstack.Module):\n    def i(self, value):\n        return value\n",
    "c/requirements.txt": "six==1.17.0\n",
}

POSTGRES = 'pg_host = "db", pg_user = "u", pg_password = $PW'

CONSTRUCTS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Sources",
        (
            ("a literal, `[1, 2]`", "[1, 2] | A.f | Sinks.log"),
            (
                "`Sources.jsonl`, `csv`, `parquet`, `arrow`, `sqlite`",
                'Sources.jsonl<Integer> { path = "x" } | Sinks.log',
            ),
            ("`Sources.stdin`", "Sources.stdin | Sinks.log"),
            ("`Sources.postgres`", f'Sources.postgres<Integer> {{ {POSTGRES}, pg_query = "select 1" }} | Sinks.log'),
            ("`Sources.http`", 'Sources.http<Integer> { http_path = "/x" } | A.f | Sinks.log'),
            ("`Sources.schedule`", 'Sources.schedule { cron = "@daily" } | Sinks.log'),
            (
                "two `Sources.schedule` in one workflow",
                '(Sources.schedule { cron = "@daily" } & Sources.schedule { cron = "@hourly" }) | Sinks.log',
            ),
            (
                "`Sources.nats`, `amqp`, `kafka`, `redis`, `mqtt`, `postgres_poll`",
                'Sources.nats<Integer> { nats_host = "db", nats_subject = "x" } | Sinks.log',
            ),
            ("a Python source that ends", "A.few | Sinks.log"),
            ("a Python source that does not", "A.ever | Sinks.log"),
        ),
    ),
    (
        "Stages",
        (
            ("calls of several modules", "[1] | A.f | B.h | Sinks.log"),
            ("modules that exclude each other's requirements", "[1] | A.g | C.i | Sinks.log"),
            ("`*`, `?`", "[1] | A.list* | A.maybe? | Sinks.log"),
            ("`&` with sinks: a tee", "[1] | (A.f | Sinks.log & B.h | Sinks.log)"),
            ("`&` whose branches meet again", "[1] | (A.f & B.h) | Sinks.log"),
            ("`&` of sources: a merge", "([1] & [2]) | A.f | Sinks.log"),
            ("`Conv.to_csv`, `from_csv`, `to_json`, `from_json`", "[1] | Conv.to_json | Sinks.stdout"),
            ("a module with state between others", "[1] | A.g | B.h | A.g | Sinks.log"),
        ),
    ),
    (
        "Sinks",
        (
            ("`Sinks.log`, `stdout`", "[1] | A.text | Sinks.stdout"),
            ("`Sinks.jsonl`, `csv`, `sqlite`", '[1] | Sinks.jsonl { path = "x" }'),
            ("`Sinks.parquet`, `arrow`, `s3`: good only as a whole", '[1] | A.f | Sinks.parquet { path = "x" }'),
            ("`Sinks.postgres`", f'[1] | Sinks.postgres {{ {POSTGRES}, pg_table = "t" }}'),
            (
                "`Sinks.nats`, `amqp`, `kafka`, `redis`, `mqtt`",
                '[1] | Sinks.nats { nats_host = "db", nats_subject = "x" }',
            ),
            ("`Sinks.reply`", 'Sources.http<Integer> { http_path = "/x" } | A.f | B.h | Sinks.reply'),
            ("a Python sink", "[1] | A.keep"),
        ),
    ),
    (
        "Around them",
        (
            ("`$NAME`", "[1] | A.f | Sinks.jsonl { path = $OUT }"),
            ("`retry`, `timeout`", '[1] | A.f { retry = 2, timeout = "1s" } | Sinks.log'),
            ('`on_error = "stop"`, `"skip"`, `"dead_letter"`', '[1] | A.f { on_error = "dead_letter" } | Sinks.log'),
            ("`parallelism`, `ordered`", "[1] | A.f { parallelism = 2, ordered = false } | Sinks.log"),
            ("an absolute path", '[1] | Sinks.jsonl { path = "/x" }'),
            ("a server at `localhost`", '[1] | Sinks.nats { nats_subject = "x" }'),
        ),
    ),
)
