"""What ``nsc build --target airflow --set name=value`` chooses, and how it is read."""

import re
from collections.abc import Iterator, Mapping

import attrs

from nscompiler.backends.base import Setting

EXTERNAL, VIRTUALENV, DOCKER, KUBERNETES = "external_python", "virtualenv", "docker", "kubernetes"
CONTAINERS = (DOCKER, KUBERNETES)

SETTINGS = (
    Setting(
        name="task",
        about="what runs a task: an interpreter that is there, an environment made for it, a container, a pod",
        default=EXTERNAL,
        choices=(EXTERNAL, VIRTUALENV, DOCKER, KUBERNETES),
    ),
    Setting(
        name="split",
        about="what becomes a task of its own: what the project places together, or each module",
        default="placement",
        choices=("placement", "module"),
    ),
    Setting(name="python", about="the interpreter of the tasks: a path or a template of Airflow's"),
    Setting(name="cache", about="the folder in which virtualenv keeps what it makes; a path or a template"),
    Setting(
        name="image", about="the image of the tasks, in which {name} is the folder's name", default="{name}:latest"
    ),
    Setting(name="volume", about="what containers have mounted at /data: a volume, or a claim of Kubernetes"),
    Setting(name="namespace", about="the namespace of the pods"),
    Setting(name="folder", about="the folder that relative paths of the program start from: a path or a template"),
    Setting(name="staged", about="where values between tasks are kept: a folder or s3://bucket/prefix, or a template"),
    Setting(name="environment", about="what the program's variables are: NAME=template, several with ; between"),
    Setting(name="schedule", about="when a workflow without Sources.schedule runs: a cron table or @daily"),
    Setting(name="timezone", about="the time zone of that schedule, an IANA name", default="UTC"),
    Setting(name="start_date", about="the day from which on a schedule counts, as 2026-01-31"),
    Setting(name="retries", about="how often a failed task is run again", default="2"),
    Setting(name="retry_delay", about="how long before that: 30s, 5m, 1h", default="5m"),
    Setting(name="timeout", about="how long a task may take: 30s, 5m, 1h; for ever by default"),
    Setting(name="pool", about="the pool whose slots the tasks take"),
    Setting(name="queue", about="the queue of the workers that run the tasks"),
    Setting(name="owner", about="whom Airflow shows as the owner"),
    Setting(name="tags", about="tags besides the module's, with commas between"),
    Setting(name="max_active_runs", about="how many runs of a workflow there may be at a time", default="1"),
)

NICKNAMES = ("@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually")
_DURATION = re.compile(r"(\d+)(s|m|h|d)")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DAY = re.compile(r"(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@attrs.frozen(slots=True, kw_only=True)
class Options:
    """The settings, read. A duration is a word of ``timedelta`` and a number; an empty text is nothing."""

    task: str
    split: str
    python: str
    cache: str
    image: str
    volume: str
    namespace: str
    folder: str
    staged: str
    environment: Mapping[str, str]
    schedule: str
    timezone: str
    start_date: tuple[int, int, int] | None
    retries: int
    retry_delay: tuple[str, int]
    timeout: tuple[str, int] | None
    pool: str
    queue: str
    owner: str
    tags: tuple[str, ...]
    max_active_runs: int

    def image_of(self, folder: str) -> str:
        """The image of an environment, by its folder."""
        return self.image.replace("{name}", folder.replace("_", "-"))

    @property
    def may_be_stored(self) -> bool:
        """Whether values between tasks may be objects of a store, as far as a build can know."""
        return self.staged.startswith(("s3://", "{{"))

    @property
    def contained(self) -> bool:
        """Whether tasks are containers."""
        return self.task in CONTAINERS


def faults(settings: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What of the settings cannot be read: what is wrong, and what to write."""
    for name in ("retries", "max_active_runs"):
        if not re.fullmatch(r"\d{1,9}", settings[name]) or (name == "max_active_runs" and int(settings[name]) < 1):
            yield f"--set {name}={settings[name]} is no number", f"write --set {name}=3"
    for name in ("retry_delay", "timeout"):
        if settings[name] and not _DURATION.fullmatch(settings[name]):
            yield f"--set {name}={settings[name]} is no time", f"write --set {name}=30s, 5m, 2h or 1d"
    if settings["start_date"] and not _DAY.fullmatch(settings["start_date"]):
        yield f"--set start_date={settings['start_date']} is no day", "write --set start_date=2026-01-31"
    cron = settings["schedule"].strip()
    if cron and not (cron in NICKNAMES if cron.startswith("@") else len(cron.split()) == 5):
        yield (
            f"--set schedule={cron} is no cron table",
            'write minute, hour, day, month and weekday, --set "schedule=30 5 * * 1-5", or @daily',
        )
    for entry in _entries(settings["environment"]):
        if not _VARIABLE.fullmatch(entry[0]) or not entry[1]:
            yield (
                f"--set environment: {'='.join(filter(None, entry))} says nothing of a variable",
                'write --set "environment=NAME={{ var.value.name }};OTHER=text"',
            )


def _entries(text: str) -> list[tuple[str, str]]:
    parts = (entry.strip().partition("=") for entry in text.split(";") if entry.strip())
    return [(name.strip().removeprefix("$"), value.strip()) for name, _, value in parts]


def options(settings: Mapping[str, str]) -> Options:
    """The settings, all of which can be read."""
    day = _DAY.fullmatch(settings["start_date"])
    delay = _duration(settings["retry_delay"])
    return Options(
        task=settings["task"],
        split=settings["split"],
        python=settings["python"],
        cache=settings["cache"],
        image=settings["image"],
        volume=settings["volume"],
        namespace=settings["namespace"],
        folder=settings["folder"],
        staged=settings["staged"].rstrip("/"),
        environment=dict(_entries(settings["environment"])),
        schedule=settings["schedule"].strip(),
        timezone=settings["timezone"].strip() or "UTC",
        start_date=None if day is None else (int(day[1]), int(day[2]), int(day[3])),
        retries=int(settings["retries"]),
        retry_delay=("minutes", 5) if delay is None else delay,
        timeout=_duration(settings["timeout"]),
        pool=settings["pool"],
        queue=settings["queue"],
        owner=settings["owner"],
        tags=tuple(filter(None, (tag.strip() for tag in settings["tags"].split(",")))),
        max_active_runs=int(settings["max_active_runs"]),
    )


def _duration(text: str) -> tuple[str, int] | None:
    found = _DURATION.fullmatch(text)
    return None if found is None else (_UNITS[found[2]], int(found[1]))
