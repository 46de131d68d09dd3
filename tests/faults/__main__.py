"""The proxy as a command: it prints its address, then each call as a line of JSON.

python -m tests.faults --target URL --latency 60 --rule 'iam.CreateRole#1=500'
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict

from tests.faults.proxy import Proxy
from tests.faults.rules import api_gateway_limits, parse_rule


def main() -> None:
    """Serve until interrupted; print the address, then a JSON line per call."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--target", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0, help="milliseconds per call")
    parser.add_argument("--rate-limits", action="store_true", help="API Gateway's quotas")
    parser.add_argument("--bare-throttling", action="store_true", help="429 without a code")
    parser.add_argument("--victim", type=int, help="process that the kill faults kill")
    parser.add_argument("--rule", action="append", default=[], type=parse_rule)
    options = parser.parse_args()
    proxy = Proxy(
        options.target,
        latency=options.latency / 1000,
        rules=options.rule,
        limits=api_gateway_limits() if options.rate_limits else None,
        bare_throttling=options.bare_throttling,
        port=options.port,
    )
    proxy.victim = options.victim
    with proxy:
        _say(proxy.url)
        try:
            _report(proxy)
        except KeyboardInterrupt:
            return


def _report(proxy: Proxy) -> None:
    printed = 0
    while True:
        time.sleep(0.2)
        for call in proxy.calls[printed:]:
            if not call.seconds:
                break
            _say(json.dumps(asdict(call)))
            printed += 1


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
