"""The demo, served on a free port as `flask serve` does, on a day that never changes: Thursday 19 November 2026.

Prints its port when it answers. Without the background work, whose process would live by the real clock.
"""

from datetime import UTC, datetime

from waitress import create_server

from gridunion import clock, create_app
from gridunion.web import Site
from tests.compiled import Compiled

MORNING = datetime(2026, 11, 19, 2, 0, tzinfo=UTC)


def main() -> None:
    Site.jinja_options = {"bytecode_cache": Compiled()}
    with clock.at(MORNING):
        site = create_app()
        for command in ("setup", "demo"):
            done = site.test_cli_runner().invoke(args=[command])
            if done.exit_code:
                raise SystemExit(done.output or repr(done.exception))
        server = create_server(site, host="127.0.0.1", port=0, threads=4, ident=None)
        print(server.effective_port, flush=True)
        server.run()


if __name__ == "__main__":
    main()
