"""The local AWS in front of a real browser: a page of another origin changes and reads nothing."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dragonctl.local import control

# As the finding's page invented it: of the right form, so that nothing but the browser's own
# words can be what keeps it out.
SIGNATURE = (
    "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/{}/aws4_request, "
    "SignedHeaders=host, Signature=" + "0" * 64
)
CODE = """def handler(event, context):
    print("ran")
    return {"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*"}, "body": "hello"}
"""
SCRIPT = """<title>quiet</title><script>
document.title = "ran";
fetch("/2015-03-31/functions/f/invocations", {method: "POST", headers: {Authorization: "%s"}});
</script>"""


class OtherOrigin(BaseHTTPRequestHandler):
    """A site of its own: any HTML that a test asks it to show, and redirects."""

    def do_GET(self):
        kind, _, rest = self.path.removeprefix("/").partition("/")
        if kind == "to":
            self.send_response(307)
            self.send_header("Location", self.server.local_aws + "/" + rest)
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>evil</title><body>")

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def application(local_aws):
    """A function behind a stage, a page in a bucket, and a group that a page might make."""
    iam, functions = local_aws.client("iam"), local_aws.client("lambda")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
             "Action": "sts:AssumeRole"}  # fmt: skip
    role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [trust]}))["Role"]["Arn"]  # fmt: skip
    rights = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [rights]}))  # fmt: skip
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", CODE)
    made = functions.create_function(
        FunctionName="f",
        Runtime="python3.13",
        Role=role,
        Handler="app.handler",
        Code={"ZipFile": packed.getvalue()},
    )
    arn = made["FunctionArn"]
    functions.add_permission(FunctionName="f", StatementId="a", Action="lambda:InvokeFunction",
                             Principal="apigateway.amazonaws.com")  # fmt: skip
    gateway = local_aws.client("apigateway")
    api = gateway.create_rest_api(name="api")
    place = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "ANY"}
    gateway.put_method(**place, authorizationType="NONE")
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}/invocations"
    gateway.put_integration(**place, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    gateway.create_deployment(restApiId=api["id"], stageName="dev")
    store = local_aws.client("s3")
    store.create_bucket(Bucket="bucket")
    script = SCRIPT % SIGNATURE.format("lambda")
    store.put_object(Bucket="bucket", Key="page.html", Body=script.encode(),
                     ContentType="text/html", ACL="public-read")  # fmt: skip
    local_aws.stage = f"/_run/{api['id']}/dev"
    local_aws.settled = local_aws_state(local_aws)
    return local_aws


def local_aws_state(aws):
    """All that an attack could have changed, or run."""
    groups = aws.client("logs").describe_log_groups()["logGroups"]
    store = aws.client("s3")
    return {
        "groups": sorted(one["logGroupName"] for one in groups),
        "buckets": [one["Name"] for one in store.list_buckets()["Buckets"]],
        "objects": [(one["Key"], one["ETag"]) for one in
                    store.list_objects_v2(Bucket="bucket").get("Contents", [])],
        "functions": [one["FunctionName"] for one in
                      aws.client("lambda").list_functions()["Functions"]],
        "roles": [one["RoleName"] for one in aws.client("iam").list_roles()["Roles"]],
        "traces": aws.client("apigateway").get_rest_apis()["items"],
    }  # fmt: skip


@pytest.fixture
def site(application):
    """The other origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), OtherOrigin)
    server.local_aws = application.endpoint
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(chromium, site):
    """A tab on the other origin."""
    context = chromium.new_context()
    tab = context.new_page()
    tab.goto(site)
    yield tab
    context.close()


@pytest.fixture
def untouched(application):
    """After the test everything is as it was, and nothing has run."""
    yield
    assert local_aws_state(application) == application.settled


@pytest.fixture
def allow(application):
    """Opens the stages to an origin, until the test ends."""

    def told(*origins):
        control._ask(application.server, "POST", "origins", {"allow_origins": origins})

    yield told
    told()


def submitted(page, action, fields, enctype="multipart/form-data", method="post"):
    """Send a form as a user's click would, and wait for what comes."""
    with page.expect_navigation():
        page.evaluate(
            """([action, fields, enctype, method]) => {
              const form = Object.assign(document.createElement("form"), {action, enctype, method});
              for (const [name, value] of Object.entries(fields)) {
                const input = document.createElement("textarea");
                Object.assign(input, {name, value});
                form.append(input);
              }
              document.body.append(form);
              form.submit();
            }""",
            [action, fields, enctype, method],
        )
    return page.content()


FETCH = """async ([url, options]) => {
  try {
    const answer = await fetch(url, options);
    return [answer.type, answer.status, await answer.text()];
  } catch (error) { return [String(error)]; }
}"""


def fetched(page, url, **options):
    """What a script learns of an answer."""
    return page.evaluate(FETCH, [url, options])


@pytest.mark.usefixtures("untouched")
def test_the_first_way_of_the_finding_a_form_stores_no_page(application, page):
    fields = {
        "key": "q.html",
        "acl": "public-read",
        "Content-Type": "text/html",
        "success_action_redirect": f"{application.endpoint}/bucket/q.html",
        "file": SCRIPT,
    }
    assert "serves no web page" in submitted(page, f"{application.endpoint}/bucket", fields)


@pytest.mark.usefixtures("untouched")
def test_the_second_way_of_the_finding_a_script_signs_nothing(application, page):
    signed = {"Authorization": SIGNATURE.format("lambda")}
    for path in ("/2015-03-31/functions", "/2015-03-31/functions/f/invocations"):
        url = application.endpoint + path
        assert fetched(page, url, method="POST", headers=signed, body="{}") == [
            "TypeError: Failed to fetch"
        ]


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("enctype", [
    "text/plain", "multipart/form-data", "application/x-www-form-urlencoded"])  # fmt: skip
def test_no_form_reaches_a_service_or_a_stage(application, page, site, enctype):
    fields = {"Action": "CreateRole", "RoleName": "x", "<Delete><Object><Key>page.html</Key>": "x"}
    for path in ("/", "/bucket?delete", "/bucket", application.stage, "/restapis"):
        said = submitted(page, application.endpoint + path, fields, enctype)
        assert "serves no web page" in said
        page.goto(site)
        submitted(page, application.endpoint + path, fields, enctype, "get")
        page.goto(site)


@pytest.mark.usefixtures("untouched")
def test_no_link_that_a_page_signs_reaches_a_service(application, page, site):
    store = application.client("s3")
    erase = store.generate_presigned_url("delete_object", {"Bucket": "bucket", "Key": "page.html"})
    role = application.client("iam").generate_presigned_url("delete_role", {"RoleName": "r"})
    for link in (erase, role, store.generate_presigned_url("list_buckets")):
        for method in ("GET", "POST", "DELETE"):
            assert fetched(page, link, method=method) == ["TypeError: Failed to fetch"]
        fetched(page, link, mode="no-cors")
        page.evaluate("url => { location = url }", link)
        page.wait_for_url("http://127.0.0.1:*/**")
        assert "serves no web page" in page.content()
        page.goto(site)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(("element", "becomes"), [
    ("img", "error"), ("script", "error"), ("link", "error"), ("video", "error"),
    ("iframe", "load"), ("object", "error")])  # fmt: skip
def test_no_element_of_a_page_reaches_a_stage_or_an_object(application, page, element, becomes):
    """A frame loads the refusal, which nobody but the browser's user can read."""
    for path in (application.stage, "/bucket/page.html"):
        came = page.evaluate(
            """([kind, url]) => new Promise((done) => {
              const made = document.createElement(kind);
              made.rel = "stylesheet";
              made.onload = made.onerror = (event) => done(event.type);
              made[{link: "href", object: "data"}[kind] || "src"] = url;
              document.body.append(made);
            })""",
            [element, application.endpoint + path],
        )
        assert came == becomes


@pytest.mark.usefixtures("untouched")
def test_no_simple_request_reaches_a_stage(application, page):
    url = application.endpoint + application.stage
    refused = ["TypeError: Failed to fetch"]
    assert fetched(page, url, mode="no-cors") == refused
    assert fetched(page, url, mode="no-cors", method="POST", body="x") == refused
    assert fetched(page, url) == refused
    assert page.evaluate("url => navigator.sendBeacon(url, 'x')", url)


@pytest.mark.usefixtures("untouched")
def test_no_redirect_reaches_a_stage(application, page, site):
    """Neither of a page, nor of an address that somebody typed."""
    path = application.stage
    assert fetched(page, f"{site}/to{path}") == ["TypeError: Failed to fetch"]
    submitted(page, f"{site}/to{path}", {"a": "b"}, "text/plain")
    assert page.goto(f"{site}/to{path}").status == 403
    assert page.goto(application.endpoint + path).status == 403


@pytest.mark.usefixtures("untouched")
def test_no_web_socket_opens(application, page):
    url = application.endpoint.replace("http", "ws") + application.stage
    opened = page.evaluate(
        """url => new Promise((done) => {
          const socket = new WebSocket(url);
          socket.onopen = () => done("open");
          socket.onerror = () => done("refused");
        })""",
        url,
    )
    assert opened == "refused"


@pytest.mark.usefixtures("untouched")
def test_a_stored_page_is_shown_and_runs_nothing(application, page, site):
    """Typed into the address bar, where it would be of the local AWS's own origin."""
    assert page.goto(f"{application.endpoint}/bucket/page.html").status == 200
    assert page.title() == "quiet"
    assert page.goto(f"{site}/to/bucket/page.html").status == 200
    assert page.title() == "quiet"
    page.goto(site)
    page.evaluate("url => { location = url }", f"{application.endpoint}/bucket/page.html")
    page.wait_for_url("**/page.html")
    assert "serves no web page" in page.content()


@pytest.mark.usefixtures("untouched")
def test_another_name_for_this_address_opens_nothing(application, page):
    """What a page does whose name comes to mean 127.0.0.1 after it was loaded."""
    port = application.endpoint.rpartition(":")[2]
    assert fetched(page, f"http://rebound.localhost.:{port}{application.stage}") == [
        "TypeError: Failed to fetch"
    ]
    assert page.goto(f"http://127.0.0.1:{port}/favicon.ico").status in (403, 404)


def test_an_allowed_origin_calls_the_stages_and_nothing_else(application, page, site, allow):
    allow(site)
    stage = application.endpoint + application.stage
    assert fetched(page, stage) == ["cors", 200, "hello"]
    assert fetched(page, stage, method="POST", body="{}") == ["cors", 200, "hello"]
    # The API's own answer to a preflight allows no header, so the browser sends none.
    other = fetched(page, stage, method="POST", headers={"X-Own": "1"}, body="{}")
    assert other == ["TypeError: Failed to fetch"]
    before = local_aws_state(application)
    for path in ("/bucket/page.html", "/", "/2015-03-31/functions"):
        assert fetched(page, application.endpoint + path) == ["TypeError: Failed to fetch"]
    signed = {"Authorization": SIGNATURE.format("lambda")}
    url = f"{application.endpoint}/2015-03-31/functions/f/invocations"
    assert fetched(page, url, method="POST", headers=signed) == ["TypeError: Failed to fetch"]
    assert "opens the stages alone" in submitted(
        page, f"{application.endpoint}/bucket", {"key": "k"}
    )
    assert local_aws_state(application) == before


def test_another_origin_than_the_allowed_one_stays_outside(application, page, allow):
    allow("http://localhost:1")
    assert fetched(page, application.endpoint + application.stage) == ["TypeError: Failed to fetch"]
    assert local_aws_state(application) == application.settled
