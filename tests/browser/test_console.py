"""The web console in a real browser, on a real hub, with a real program under the agent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from browser import Browser
from cutting_proxy import CuttingProxy
from live_hub import LiveHub
from live_program import LiveProgram, line_of
from program_values import CARD_NUMBER, MARKUP, PASSWORD
from stroboscope.cli.profile import find_hub

PHONE = {"width": 390, "height": 844}
RETURN_LINE = line_of("return total")
NOT_SIGNED_IN = "status of 401"
CUT = ["ERR_CONNECTION", "ERR_EMPTY", "WebSocket connection", NOT_SIGNED_IN]


def settings(hub: LiveHub, **more: Any) -> dict[str, Any]:
    person = find_hub(hub.environ)
    at = {"service": "till", "file": "program.py", "line": RETURN_LINE}
    return {"url": person.address, "token": person.token, **at, **more}


def test_a_click_on_a_line_brings_the_snapshot_and_no_secret(
    browser: Browser, live_hub: LiveHub, program: LiveProgram
) -> None:
    browser.run(
        "lineToSnapshot",
        **settings(live_hub),
        condition="total < 0 and subtotal == 1500",
        values={"subtotal": "1500", "discount": "3000", "total": "-1500"},
        redacted=["password", "card_number"],
        lineText="return total",
        secrets=[PASSWORD, CARD_NUMBER, find_hub(live_hub.environ).token],
    )


def test_the_same_way_leads_to_the_snapshot_on_a_phone(
    browser: Browser, live_hub: LiveHub, program: LiveProgram
) -> None:
    browser.run(
        "phone",
        **settings(live_hub, viewport=PHONE),
        condition="total < 0",
        values={"total": "-1500"},
    )


def test_markup_in_values_stays_text(browser: Browser, live_hub: LiveHub, program: LiveProgram) -> None:
    browser.run("hostileValues", **settings(live_hub, markup=MARKUP))


def test_the_keyboard_alone_leads_from_the_search_to_a_value(
    browser: Browser, live_hub: LiveHub, program: LiveProgram
) -> None:
    browser.run("keyboardAlone", **settings(live_hub))


def test_a_probe_is_mended_in_place_and_set_again(
    browser: Browser, live_hub: LiveHub, program: LiveProgram
) -> None:
    browser.run("editedProbe", **settings(live_hub))


def test_a_condition_that_cannot_be_says_why_at_the_probe(
    browser: Browser, live_hub: LiveHub, program: LiveProgram
) -> None:
    refused = [
        {"condition": "total <", "message": "syntax"},
        {"condition": "totl < 0", "message": "totl"},
    ]
    browser.run("refusedConditions", **settings(live_hub, refused=refused))


def test_a_typed_location_waits_or_says_why_not(
    browser: Browser, live_hub: LiveHub, program: LiveProgram
) -> None:
    typed = [
        {"location": "shop/not_loaded_yet.py:12", "state": "pending", "message": "not_loaded_yet|loaded"},
        {"location": "program.py:9999", "state": "error", "message": "9999"},
    ]
    browser.run("typedLocations", **settings(live_hub, typed=typed))


def test_what_a_process_refuses_shows_while_it_is_typed(
    browser: Browser, live_hub: LiveHub, program: LiveProgram
) -> None:
    browser.run("refusedWhileTyping", **settings(live_hub))


def test_a_log_probe_brings_lines_and_is_changed_while_it_is_armed(
    browser: Browser, live_hub: LiveHub, program: LiveProgram
) -> None:
    template = {"template": "total {total} of {customer['tier']}", "text": "total -1500 of gold"}
    browser.run("logLines", **settings(live_hub, **template))


def test_the_forms_of_all_probes_are_there_for_everybody(
    browser: Browser, live_hub: LiveHub, program: LiveProgram
) -> None:
    browser.run("everyForm", **settings(live_hub))


def test_a_metric_probe_shows_its_numbers(browser: Browser, live_hub: LiveHub, program: LiveProgram) -> None:
    where = {"location": "__main__:total_of:exit"}
    browser.run("metricNumbers", **settings(live_hub, **where))


def test_the_hits_of_a_probe_stand_in_a_table_and_two_are_compared(
    browser: Browser, live_hub: LiveHub, program: LiveProgram
) -> None:
    browser.run("hitTable", **settings(live_hub, secrets=[PASSWORD, CARD_NUMBER]))


def test_a_path_leads_to_a_value_and_a_probe_says_why(
    browser: Browser, live_hub: LiveHub, program: LiveProgram
) -> None:
    browser.run("pathsAndReasons", **settings(live_hub, location="__main__:total_of:exit", pid=program.pid))


def test_what_grows_is_found_and_tracing_ends(
    browser: Browser, live_hub: LiveHub, program: LiveProgram
) -> None:
    browser.run("memoryGrowth", **settings(live_hub, grows=line_of("kept.append")))


def test_readings_of_a_memory_probe_are_tables(
    browser: Browser, live_hub: LiveHub, program: LiveProgram
) -> None:
    where = {"location": "__main__:total_of:exit", "grows": line_of("kept.append")}
    browser.run("memoryReadings", **settings(live_hub, **where))


def test_spans_stand_in_a_table_with_their_traces(
    browser: Browser, live_hub: LiveHub, program: LiveProgram
) -> None:
    browser.run("spanAttributes", **settings(live_hub, location="__main__:total_of:exit"))


def test_all_threads_show_where_they_stand(browser: Browser, live_hub: LiveHub, program: LiveProgram) -> None:
    browser.run("threadStacks", **settings(live_hub, secrets=[PASSWORD, CARD_NUMBER]))


def test_a_wrong_token_is_told_and_leaves_the_address(browser: Browser, live_hub: LiveHub) -> None:
    browser.run("wrongToken", **settings(live_hub, allowedErrors=[NOT_SIGNED_IN]))


def test_without_programs_the_console_says_how_to_start_one(browser: Browser, live_hub: LiveHub) -> None:
    browser.run("noPrograms", **settings(live_hub))


def test_the_sign_in_page_opens_without_a_token(browser: Browser, live_hub: LiveHub) -> None:
    more = settings(live_hub, allowedErrors=[NOT_SIGNED_IN])
    browser.run("signInPage", **more)


def test_a_cut_connection_is_told_and_everything_loaded_anew(
    browser: Browser, live_hub: LiveHub, program: LiveProgram
) -> None:
    proxy = CuttingProxy(live_hub.port)

    def remove_probes() -> None:
        for view in live_hub.client.probes():
            live_hub.client.remove_probe(view["probe"]["id"])

    actions = {"/cut": proxy.cut, "/mend": proxy.mend, "/remove-probes": remove_probes}
    with remote_control(actions) as control:
        more = settings(live_hub, control=control, allowedErrors=CUT)
        browser.run("connectionLost", **more | {"url": f"https://127.0.0.1:{proxy.port}"})
    proxy.close()


def test_after_a_restart_of_the_hub_one_signs_in_again_and_is_where_one_was(
    browser: Browser, live_hub: LiveHub, program: LiveProgram
) -> None:
    def restart() -> None:
        live_hub.kill()
        live_hub.start()

    with remote_control({"/restart": restart}) as control:
        browser.run("hubRestarted", **settings(live_hub, control=control, allowedErrors=CUT))


@contextmanager
def remote_control(actions: dict[str, Callable[[], None]]) -> Iterator[str]:
    """An address at which a scenario can have things done: POST to a path runs its action."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            actions[self.path]()
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
