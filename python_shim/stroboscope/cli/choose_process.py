"""The one process that a command is about."""

from __future__ import annotations

from stroboscope.cli.failure import NOTHING_CAPTURED, WRONG_USE, Failure
from stroboscope.cli.hub_client import HubClient, JsonObject


def choose_process(client: HubClient, service: str, beginning: str) -> JsonObject:
    """The connected process of `service` whose id starts with `beginning`; "" will do when there is but one.

    Raises Failure when there is none, and when several would do.
    """
    instances = client.instances(service=service, state="up")
    if beginning:
        instances = [row for row in instances if str(row.get("id", "")).startswith(beginning)]
    if not instances:
        which = f" that begins with {beginning!r}" if beginning else ""
        raise Failure(NOTHING_CAPTURED, f"no process of {service!r}{which} is connected", "See: strobe ps")
    if len(instances) > 1:
        names = ", ".join(f"{str(row.get('id', ''))[:12]} (pid {row.get('pid')})" for row in instances[:8])
        raise Failure(
            WRONG_USE,
            f"{len(instances)} processes of {service!r} are connected: {names}",
            "Choose: --instance ID",
        )
    return instances[0]
