"""Sealed reports beside a bare durable insert of as many bytes, codes apart, and the memory of a large file.

A report here has a story and a name, each 4 KiB as they are kept, five sealed keys and its row; the floor is
one transaction that inserts as many rows of as many bytes into tables without an index. The code that leads
back costs its time by design (Argon2id, 128 MiB) and is measured by itself. A file of 50 MB is sealed as it
arrives, and a photograph is cleaned; memory is the peak of the process alone. After somebody left, what they
could open is sealed anew, lot by lot, beside opening and sealing as many keys and nothing else.

Run: `python -m benchmarks.reports [REPORTS] [MEGABYTES] [LEFT BEHIND]`.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path

from PIL import Image
from sqlalchemy import Engine, text

from registry.reports import epochs, holders, intake, recovery
from registry.reports.cleaning.copies import Cleaning
from registry.reports.codes import Derived, derive, draw
from registry.reports.envelope import Envelope, Place
from registry.reports.intake import Incoming
from registry.reports.opening import Unlocked
from registry.reports.resealing import AT_ONCE, leave_behind, left_behind, reseal
from registry.reports.rewriting import rewrite
from registry.reports.sealing import PublicKey, SecretKey, new_key, seal, unseal
from registry.reports.store import REPORTS
from registry.reports.vault import Vault
from registry.store.engine import open_engine, writing
from registry.store.migrate import upgrade

COUNT, ROUND, MEGABYTES, LEFT, CODES = 1000, 20, 50, 10_000, 5
KEYS_OPENED, KEYS_SEALED = 2, 3  # of a report: content and thread; the epoch twice, and the reporter
OFFICE, TODAY, PEPPER = "AMR-411502", date(2026, 11, 20), bytes(32)
PHRASE = "correct horse battery staple {}"
PLACE = Place("benchmark", OFFICE, "benchmark")
ROWS = {"bare_row": 400, "bare_key": 1169, "bare_piece": 4138}
OF_A_REPORT = {"bare_row": 1, "bare_key": 5, "bare_piece": 2}


def main() -> None:
    """Print reports a second, the ratio to the floor, seconds of a code, and memory."""
    print(json.dumps(measure(*(int(argument) for argument in sys.argv[1:])), indent=2))


def measure(count: int = COUNT, megabytes: int = MEGABYTES, left: int = LEFT) -> dict[str, float]:
    """Return the figures."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'reports.sqlite3'}", holds_what_is_shown=False)
        upgrade(engine, schema=REPORTS)
        _found(engine)
        with engine.begin() as connection:
            for name in ROWS:
                connection.execute(text(f"CREATE TABLE {name} (cell BLOB)"))
        turns = [
            (_rate(ROUND, lambda: _bare(engine)), _rate(ROUND, lambda: _report(engine)))
            for _ in range(count // ROUND)
        ]
        bare, sealed = (statistics.median(rates) for rates in zip(*turns, strict=True))
        figures = {
            "bare_a_second": round(bare, 1),
            "sealed_a_second": round(sealed, 1),
            "ratio": round(bare / sealed, 2),
            "seconds_of_a_code": round(statistics.median(_seconds(_code) for _ in range(CODES)), 3),
            "seconds_to_lay_out_anew": round(_seconds(lambda: rewrite(engine)), 2),
        }
        engine.dispose()
    return figures | _sealed_anew(left) | _large(megabytes) | _cleaned()


def _found(engine: Engine) -> None:
    with writing(engine) as session:
        vault = Vault(session, "benchmark", PEPPER, TODAY)
        recovery.prove_recovery(vault, recovery.make_recovery(vault)[:2])
        rows = [holders.make_key(vault, name, OFFICE, PHRASE.format(name)) for name in ("li", "wang")]
        for row in rows:
            holders.prove(vault, row, PHRASE.format(row.person_id))
        for purpose in ("intake", "custody"):
            epochs.confirm_epoch(vault, epochs.open_epoch(vault, OFFICE, purpose, rows, "li"), "wang")


def _sealed_anew(count: int) -> dict[str, float]:
    """Return seconds until everything that somebody who left could open is under fresh keys."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'reports.sqlite3'}", holds_what_is_shown=False)
        upgrade(engine, schema=REPORTS)
        _found(engine)
        for start in range(0, count, AT_ONCE):
            with writing(engine) as session:
                vault = Vault(session, "benchmark", PEPPER, TODAY)
                for _ in range(min(AT_ONCE, count - start)):
                    _taken(vault)
        by = _left(engine)
        with writing(engine) as session:
            waiting = left_behind(Vault(session, "benchmark", PEPPER, TODAY), OFFICE, "intake")
        lots = [waiting[at : at + AT_ONCE] for at in range(0, count, AT_ONCE)]
        before = time.process_time()
        seconds = _seconds(lambda: [_lot(engine, lot, by) for lot in lots])
        processor = time.process_time() - before
        engine.dispose()
    public = by.secret.public
    alone = _seconds(lambda: [_keys_of_a_report(by.secret, public) for _ in range(AT_ONCE)])
    return {
        "left_behind": len(waiting),
        "seconds_to_seal_anew": round(seconds, 1),
        "of_the_processor": round(processor, 1),
        "seconds_of_the_keys_alone": round(alone / AT_ONCE * count, 1),
    }


def _left(engine: Engine) -> Unlocked:
    """Let wang leave, zhao take the place, and return li, who seals anew."""
    with writing(engine) as session:
        vault = Vault(session, "benchmark", PEPPER, TODAY)
        rows = {row.person_id: row for row in holders.keys_of_office(vault, OFFICE)}
        zhao = holders.make_key(vault, "zhao", OFFICE, PHRASE.format("zhao"))
        leave_behind(vault, rows["wang"])
        epochs.end_key(vault, rows["wang"])
        epoch = epochs.open_epoch(vault, OFFICE, "intake", [rows["li"], zhao], "li")
        epochs.confirm_epoch(vault, epoch, "zhao")
        return Unlocked(rows["li"], holders.unlocked(rows["li"], PHRASE.format("li"), PEPPER))


def _lot(engine: Engine, ids: Sequence[str], by: Unlocked) -> None:
    with writing(engine) as session:
        reseal(Vault(session, "benchmark", PEPPER, TODAY), ids, "intake", by)


def _keys_of_a_report(key: SecretKey, public: PublicKey) -> None:
    sealed = [seal(public, bytes(32), b"context") for _ in range(KEYS_SEALED)]
    for one in sealed[:KEYS_OPENED]:
        unseal(key, one, b"context")


def _bare(engine: Engine) -> None:
    with engine.begin() as connection:
        for name, length in ROWS.items():
            for _ in range(OF_A_REPORT[name]):
                row = {"cell": os.urandom(length)}
                connection.execute(text(f"INSERT INTO {name} VALUES (:cell)"), row)  # noqa: S608


def _report(engine: Engine) -> None:
    with writing(engine) as session:
        _taken(Vault(session, "benchmark", PEPPER, TODAY))


def _taken(vault: Vault) -> None:
    incoming = intake.begin(vault, OFFICE)
    incoming.keep("content", 0, [b"a" * 900])
    incoming.keep("identity", 0, [b"b" * 90])
    intake.receive(vault, incoming, Derived(os.urandom(32), new_key()))
    incoming.close()


def _code() -> None:
    derive(draw(), PEPPER)


def _large(megabytes: int) -> dict[str, float]:
    """Return seconds and the growth of memory while a file is sealed, in a process of its own."""
    ran = subprocess.run(  # noqa: S603 - this very module
        [sys.executable, "-m", "benchmarks.reports", "--seal", str(megabytes)],
        capture_output=True,
        check=True,
    )
    found: dict[str, float] = json.loads(ran.stdout)
    return found


def seal_large(megabytes: int) -> dict[str, float]:
    """Return what sealing a file that arrives in pieces costs this process."""
    before = _peak()
    incoming = Incoming(Envelope(PLACE))
    seconds = _seconds(lambda: incoming.keep("originals", 1, _arriving(megabytes)))
    incoming.close()
    return {"large_seconds": round(seconds, 2), "large_mib_more": round(_peak() - before, 1)}


def _arriving(megabytes: int) -> Iterator[bytes]:
    for _ in range(megabytes * 16):
        yield os.urandom(62_500)


def _cleaned() -> dict[str, float]:
    """Return seconds of a clean copy of a photograph of twelve megapixels, its process among them."""
    out = BytesIO()
    Image.effect_noise((4000, 3000), 60).convert("RGB").save(out, "JPEG", quality=88)

    started = time.perf_counter()
    with Cleaning() as cleaning:
        cleaning.feed(out.getvalue())
        cleaning.finish()
        peak = _peak(cleaning.process_id)
        length = sum(map(len, cleaning.pieces()))
    return {
        "photograph_mb": round(len(out.getvalue()) / 1e6, 1),
        "copy_mb": round(length / 1e6, 1),
        "cleaning_seconds": round(time.perf_counter() - started, 2),
        "cleaning_peak_mib": peak,
    }


def _peak(process: int | str = "self") -> float:
    """Return the most memory that a process held so far, in MiB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    return round(int(status.partition("VmHWM:")[2].split()[0]) / 1024, 1)


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _rate(count: int, run: Callable[[], object]) -> float:
    return count / _seconds(lambda: [run() for _ in range(count)])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--seal"]:
        print(json.dumps(seal_large(int(sys.argv[2]))))
    else:
        main()
