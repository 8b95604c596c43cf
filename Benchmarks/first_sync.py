#!/usr/bin/env python3
"""What the first sync of a large tenant takes, and a turn after it: time, calls, peak of memory.

    Benchmarks/first_sync.py --tocsin FILE [--users N] [--events N] [--days N] [--turns N] [--rules DIR --policies DIR]

The simulated tenant is on the same machine and answers as fast as it can, so the network is free; how fast that is
says a plain client, which asks for pages of the same lists and throws them away.
"""
import argparse
import http.client
import json
import tempfile
import time
from pathlib import Path

from simulated import Tenant, measured

ROOT = Path(__file__).resolve().parent.parent


def plain_client(tenant, pages):
    """Seconds a page of users and of events takes a client that does nothing with it."""
    host = tenant.said["url"].removeprefix("http://")
    line = http.client.HTTPConnection(host)
    line.request("POST", "/auth/oauth2/v2/token", json.dumps({"grant_type": "client_credentials"}), {
        "Content-Type": "application/json",
        "Authorization": f"client_id:{tenant.said['client_id']}, client_secret:{tenant.said['client_secret']}"})
    bearer = {"Authorization": "Bearer " + json.loads(line.getresponse().read())["access_token"]}
    seconds = []
    for path in ("/api/2/users?limit=1000&page=", "/api/1/events?limit=1000&page="):
        begun, size = time.monotonic(), 0
        for page in range(1, pages + 1):
            line.request("GET", path + str(page), headers=bearer)
            answer = line.getresponse()
            size += len(answer.read())
            if answer.status != 200:
                raise SystemExit(f"{path}{page}: {answer.status}")
        spent = (time.monotonic() - begun) / pages
        print(f"a plain client: {path.split('?')[0]:<16} {1000 * spent:6.1f} ms a page, {size / pages / 1024:.0f} KiB")
        seconds.append(spent)
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--tocsin", required=True, help="the released program")
    parser.add_argument("--users", type=int, default=200_000)
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--turns", type=int, default=2, help="how many turns after the first, each a start of its own")
    parser.add_argument("--rules", default=str(ROOT / "Rules"))
    parser.add_argument("--policies", default=str(ROOT / "Policies"))
    parser.add_argument("--folder", help="where the store is kept; a temporary folder, removed at the end, if left out")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing, Tenant(
            given.tocsin, "--users", str(given.users), "--events", str(given.events), "--days", str(given.days),
            "--calls-per-hour", "1000000") as tenant:
        folder = given.folder or passing
        settings = tenant.write_settings(
            folder, rules=given.rules, policies=given.policies,
            connection={"sync": f"{{ history: {given.days}d }}"})
        plain_client(tenant, 50)
        print(f"{'':<14} {'CPU s':>8} {'wall s':>8} {'MiB':>8}  calls")
        before = tenant.calls()
        for turn in range(given.turns + 1):
            cpu, wall, peak = measured(given.tocsin, "monitor", "--once", "--config", settings)
            now = tenant.calls()
            new = {name: count - before.get(name, 0) for name, count in now.items() if count > before.get(name, 0)}
            before = now
            name = "first sync" if turn == 0 else f"turn {turn + 1}"
            print(f"{name:<14} {cpu:8.1f} {wall:8.1f} {peak:8.0f}  {sum(new.values()):,}: "
                  + ", ".join(f"{path} {count:,}" for path, count in new.items()), flush=True)
        cpu, peak = tenant.usage()
        print(f"the simulator: {cpu:.1f} s of CPU, {peak:.0f} MiB; the store: "
              f"{sum(path.stat().st_size for path in Path(folder).glob('tocsin.db*')) / 2**20:,.0f} MiB")


if __name__ == "__main__":
    main()
