"""A Service Quotas that holds requests and responses against AWS's own service model, as botocore has it.

    python test/support/service_quotas_server.py QUOTAS.json

No emulator has the lists of this service. `QUOTAS.json` is `{"defaults": {service: [[name, value]]}, "applied": …}`:
the defaults of AWS, and the values that the account has been given. It is read at each request, so a test may change
it. The server prints its address and serves until its input ends. A request that the model does not allow gets a
ValidationException, one for a service without quotas a NoSuchResourceException.
"""

import http.server
import json
import sys
import threading
from pathlib import Path
from typing import Any

import botocore.session
from botocore.validate import ParamValidator

MODEL = botocore.session.get_session().get_service_model("service-quotas")
LISTS = {"ListAWSDefaultServiceQuotas": "defaults", "ListServiceQuotas": "applied"}
PAGE = 3
"""Quotas on a page, however many are asked for: a service may return fewer, and whoever stops at one page is wrong."""


class RequestRefused(Exception):
    """A request that gets an error. The arguments are its code, as the service model names it, and its message."""


def list_quotas(operation: str, request: dict[str, Any], quotas: dict[str, Any]) -> dict[str, Any]:
    """Returns the response to one of the lists.

    Raises:
        RequestRefused: for a service that has no quotas, and for a token of no page.
    """
    service = request["ServiceCode"]
    if service not in quotas["defaults"]:
        raise RequestRefused("NoSuchResourceException", f"There is no service {service}.")
    found = quotas[LISTS[operation]].get(service, [])
    token = request.get("NextToken", "0")
    if not token.isdecimal() or int(token) > len(found):
        raise RequestRefused("InvalidPaginationTokenException", f"{token} is no token of a page.")
    first = int(token)
    page = [
        {"ServiceCode": service, "QuotaCode": f"L-{first + index:08X}", "QuotaName": name, "Value": float(value)}
        for index, (name, value) in enumerate(found[first : first + PAGE])
    ]
    more = {"NextToken": str(first + PAGE)} if first + PAGE < len(found) else {}
    return {"Quotas": page, **more}


def respond(target: str, body: bytes, quotas: dict[str, Any]) -> dict[str, Any]:
    """Returns the response to a request in the protocol AWS JSON 1.1.

    Raises:
        RequestRefused: if the service model does not allow the request.
        ValueError: if the service model does not allow the response, which is a fault of this program.
    """
    prefix, _, operation = target.partition(".")
    if prefix != MODEL.metadata["targetPrefix"] or operation not in LISTS:
        raise RequestRefused("UnknownOperationException", target)
    request = json.loads(body)
    shapes = MODEL.operation_model(operation)
    unknown = set(request) - set(shapes.input_shape.members)
    report = ParamValidator().validate(request, shapes.input_shape)
    if report.has_errors() or unknown:
        raise RequestRefused("ValidationException", f"{report.generate_report()} {sorted(unknown)}")
    response = list_quotas(operation, request, quotas)
    checked = ParamValidator().validate(response, shapes.output_shape)
    if checked.has_errors():
        raise ValueError(checked.generate_report())
    return response


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the quotas of the file that the program was given."""

    def do_POST(self) -> None:
        """Responds to one request."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            quotas = json.loads(Path(sys.argv[1]).read_text())
            status, content = 200, respond(self.headers["X-Amz-Target"], body, quotas)
        except RequestRefused as error:
            code, message = error.args
            status, content = 400, {"__type": code, "message": message}
        data = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Prints nothing: the output is the address alone."""


def main() -> None:
    """Serves until the input ends, so that it never outlives the test that has started it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
