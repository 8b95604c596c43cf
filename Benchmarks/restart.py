#!/usr/bin/env python3
"""How long a monitor takes from its start to its first turn, with many keys remembered.

    Benchmarks/restart.py --tocsin FILE [--activities N] [--rounds N]

Watches a simulated tenant once, adds failed logins of as many users to its store, lets the monitor evaluate them, and
then starts it again and again: from what it saved, and from nothing but the stored activities. Prints CPU and wall
seconds of each start to its end, which includes one turn with its calls to the tenant, and the peak of memory.
"""
import argparse
import json
import os
import sqlite3
import statistics
import tempfile
from datetime import datetime, timedelta, timezone

from simulated import Tenant, measured

RULE = """rule: many-failures
title: Many failed logins of one user
severity: low
activity:
  match: activity.kind == "login.failure"
  threshold: { by: [activity.user_id], within: 1d, let: { n: count() } }
  alert_if: n >= 1000
"""
POLICY = "policy: all\ntitle: All\nrules: [{ rule: many-failures }]\n"


def write_rules(folder):
    for name, text in (("Rules/many-failures.yaml", RULE), ("Policies/all.yaml", POLICY)):
        os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
        with open(f"{folder}/{name}", "w") as out:
            out.write(text)


def add_activities(path, count):
    store = sqlite3.connect(path)
    columns = [row[1] for row in store.execute("PRAGMA table_info(activities)")]
    sample = dict(zip(columns, store.execute("SELECT * FROM activities WHERE type_id = 6 LIMIT 1").fetchone()))
    body = json.loads(sample["raw"])
    # After the watermark, since what comes before it is late and in no window, and all of it before the next turn.
    begin = datetime.now(timezone.utc)
    del sample["position"]
    names = list(sample)

    def rows():
        for number in range(count):
            moment = begin + timedelta(microseconds=number)
            text = moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            body.update(id=10**12 + number, user_id=10**7 + number, user_name=f"user{number}", created_at=text)
            row = dict(sample, id=str(10**12 + number), time=int(moment.timestamp() * 1e6), user_id=10**7 + number,
                       raw=json.dumps(body, separators=(",", ":")))
            yield [row[name] for name in names]

    with store:
        marks = ", ".join("?" * len(names))
        store.executemany(f"INSERT INTO activities ({', '.join(names)}) VALUES ({marks})", rows())
    store.close()


def forget_state(path):
    with sqlite3.connect(path) as store:
        size = store.execute("SELECT sum(size) FROM engine_states").fetchone()[0]
        store.execute("DELETE FROM engine_states")
    return size


def show(name, runs):
    cpu, wall, peak = (statistics.median(column) for column in zip(*runs))
    print(f"{name:<34} {cpu:8.2f} {wall:8.2f} {peak:8.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--tocsin", required=True, help="the released program")
    parser.add_argument("--activities", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with (tempfile.TemporaryDirectory() as folder,
          Tenant(given.tocsin, "--users", "50", "--events", "500", "--days", "1") as tenant):
        write_rules(folder)
        settings = tenant.write_settings(
            folder, rules=f"{folder}/Rules", policies=f"{folder}/Policies",
            limits=f"{{ keys_per_rule: {2 * given.activities} }}", connection={"lateness": "1s"})
        watch = (given.tocsin, "monitor", "--once", "--config", settings)
        print(f"{'':<34} {'CPU s':>8} {'wall s':>8} {'MiB':>8}")
        show("first sync", [measured(*watch)])
        add_activities(f"{folder}/tocsin.db", given.activities)
        show(f"{given.activities:,} new activities, saved", [measured(*watch)])
        show("start from what was saved", [measured(*watch) for _ in range(given.rounds)])
        replays = []
        for _ in range(given.rounds):
            size = forget_state(f"{folder}/tocsin.db")
            replays.append(measured(*watch))
        show("start from the activities alone", replays)
        print(f"saved: {size / given.activities:.0f} bytes an activity, each of a key of its own")


if __name__ == "__main__":
    main()
