"""What an integration reads, form by form, and that nobody who differs in it shares an answer."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragonctl.local.data_plane.templates import Input, TemplateError, render
from dragonctl.local.velocity.java import of_json
from dragonctl.recipes.caching.keys import CacheMethod, covers, sharing, wanted_key
from dragonctl.recipes.caching.reading.integration import reads, streams
from dragonctl.recipes.caching.reading.sources import is_identity
from dragonctl.recipes.caching.reading.template import template_reads

QUERY, PATH, HEADER = (f"method.request.{one}." for one in ("querystring", "path", "header"))
BODY, ALL = "method.request.body", "everything"

FORMS = [
    ("$input.params('x')", {"anywhere.x"}),
    ('$!{input.params("x")}', {"anywhere.x"}),
    ("$input.params( 'x' )", {"anywhere.x"}),
    ("$input.params($name)", {ALL}),
    ("#set($name = 'x')$input.params($name)", {"anywhere.x"}),
    ("$input.params('a' + 'b')", {ALL}),
    ("$input.params().header.get('X-Y')", {f"{HEADER}X-Y"}),
    ("$input.params().header.X-Y", {f"{HEADER}X-Y"}),
    ("$input.params().header['X-Y']", {f"{HEADER}X-Y"}),
    ("$input.params().get('header').get('X')", {f"{HEADER}X"}),
    ('${input.params()["querystring"]["q"]}', {f"{QUERY}q"}),
    ("$input.params().path.id", {f"{PATH}id"}),
    ("$input.params().querystring.containsKey('q')", {f"{QUERY}q"}),
    ("$input.params()", {ALL}),
    ("$input.params().header", {f"{HEADER}*"}),
    ("$input.params().querystring.toString()", {f"{QUERY}*"}),
    ("$input.params().header.get($util.urlDecode('X'))", {f"{HEADER}*"}),
    ("#foreach($n in $input.params().header.keySet())$n#end", {f"{HEADER}*"}),
    ("#foreach($e in $input.params().querystring.entrySet())$e.value#end", {f"{QUERY}*"}),
    ("#foreach($kind in $input.params().keySet())$kind#end", {ALL}),
    ("#set($p = $input.params())$p.path.id", {f"{PATH}id"}),
    ("#set($p = $input.params())#set($h = $p.header)$h.get('X')", {f"{HEADER}X"}),
    ("#if($a)#set($h = $input.params().header)#else#set($h = 'x')#end$h.X", {f"{HEADER}X"}),
    ("#set($p = $input.params())$util.escapeJavaScript($p)", {ALL}),
    ('#set($m = {"all": $input.params()})$m.all.header.X', {ALL}),
    ("#set($s = \"a ${input.params('x')} b\")$s", {"anywhere.x"}),
    ("#if($input.params('x') == '1')a#end", {"anywhere.x"}),
    ("$util.parseJson($input.params('x')).inner", {"anywhere.x"}),
    ("${input.params('x')|$context.identity.caller}", {"anywhere.x", "context.identity.caller"}),
    ("#set($context.requestOverride.header.h = $input.params('x'))",
     {"anywhere.x", "context.requestOverride.header.h"}),
    ("$input.body", {BODY}),
    ("$input.json('$.a')", {BODY}),
    ("$input.path('$')", {BODY}),
    ("$input", {ALL}),
    ("${input}.params('x')", {ALL}),
    ("$context.identity.sourceIp", {"context.identity.sourceIp"}),
    ("#set($i = $context.identity)$i.userArn", {"context.identity.userArn"}),
    ("$context.authorizer.claims['sub']", {"context.authorizer.claims.sub"}),
    ("$context.requestTimeEpoch-1", {"context.requestTimeEpoch"}),
    ("$context", {ALL}),
    ("$stageVariables.a $util.urlEncode('x') $5 $", set()),
    ("## $input.body\n#* $input.body *#", set()),
    # Engines differ: whether these are text, names that may hold either, a block that is none.
    ("#[[ $input.body ]]#", {BODY}),
    ("#[[ ]]##set($n = $input.params('x'))$n", {"anywhere.x"}),
    *((f"{marks} $input.body *#", {ALL}) for marks in ("#*#", "\\#*", "$#[[", "\\###")),
    *(
        (f"#set($n = 'x'){binding}$input.params($n)", {"anywhere.x", "anywhere.y"})
        for binding in (
            *("\\\\#set($n = 'y')", "\\#set($n = 'y')", "$#set($n = 'y')"),
            "\\##set($n = 'y')",
            *("#set\n($n = 'y')", "#SET($n = 'y')", "#{set}($n = 'y')"),
        )
    ),
    ("\\#set($n = $input.params('x'))", {"anywhere.x"}),
    # A string is a template too.
    ("#set($n = 'x')#set($s = \"#set($n = 'y')\")$input.params($n)", {ALL}),
    ("#set($n = 'x')#if(\"#set($n = 'y')\" == '')#end$input.params($n)", {ALL}),
    ("#set($n = 'x')$util.urlEncode(\"#set($n = 'y')\")$input.params($n)", {ALL}),
    # Nested deeper than anybody writes: told at once, whatever it reads.
    ("$a.b(" * 40 + "$input.params('x')" + ")" * 40, {"anywhere.x"}),
    ("$a.b(" * 3000 + ")" * 3000, {ALL}),
    ("${a|" * 3000 + "}" * 3000, {ALL}),
    ("\\## $input.params('x')", {"anywhere.x"}),
    ("#define($block)x#end", {ALL}),
    ("#macro(shown $x)$x#end", {ALL}),
    ("#evaluate('x')", {ALL}),
    ("#parse('x')", {ALL}),
    ("#* it does not end", {ALL}),
    ("$input.params('x", {ALL}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "read"), FORMS)
def test_what_a_template_reads(text, read):
    assert template_reads(text) == read


def test_an_answers_template_reads_the_back_ends_body_and_the_requests_parameters():
    assert template_reads("$input.body $input.params('x')", of_answer=True) == {"anywhere.x"}


def raw(path="/a/{id}", declared=(), key=(), **integration):
    return {
        "authorizationType": "NONE",
        "requestParameters": dict.fromkeys(declared, False),
        "methodIntegration": {
            "type": "AWS",
            "passthroughBehavior": "NEVER",
            "cacheKeyParameters": list(key),
            **integration,
        },
    }


def templated(text):
    return {"requestTemplates": {"application/json": text}}


def answering(**templates):
    return {"integrationResponses": {"200": {"responseTemplates": templates}}}


def mapped(source):
    return {"requestParameters": {"integration.request.header.h": source}}


INTEGRATIONS = [
    (templated("$input.params('id')"), (f"{PATH}id",), ()),
    (templated("$input.params('q')"), (f"{HEADER}q", f"{QUERY}q"), ()),
    (templated("$input.params('Cookie')"), (f"{QUERY}Cookie",), (f"{HEADER}Cookie",)),
    (templated("$input.params('a b')"), (), (f"{HEADER}a b", f"{QUERY}a b")),
    (templated("$input.params().path.nope"), (), ()),
    (templated("$context.path"), (f"{PATH}id",), ()),
    (templated("$context.stage $context.resourcePath"), (), ()),
    (templated("$context.domainName"), (), ("context.domainName",)),
    (templated("$context.something.new"), (), ("context.something.new",)),
    ({**mapped(f"{HEADER}X-Tenant"), "type": "AWS_PROXY"}, (f"{HEADER}X-Tenant",), ()),
    (mapped(f"{HEADER}X-Api-Key"), (), (f"{HEADER}X-Api-Key",)),
    (mapped("context.identity.sourceIp"), (), ("context.identity.sourceIp",)),
    (mapped("method.request.body.name"), (), ("method.request.body.name",)),
    (mapped("method.request.multivaluequerystring.q"), (),
     ("method.request.multivaluequerystring.q",)),
    (mapped("'text'"), (), ()),
    (mapped("stageVariables.v"), (), ()),
    (mapped("something.else"), (), (ALL,)),
    ({"type": "NEWER"}, (), (ALL,)),
    ({"credentials": "arn:aws:iam::*:user/*"}, (), ("context.identity.caller",)),
    # What chooses a template: only where there is something to choose.
    ({**templated("a"), "passthroughBehavior": "WHEN_NO_MATCH"}, (f"{HEADER}Content-Type",), ()),
    ({**templated("a"), "passthroughBehavior": "WHEN_NO_TEMPLATES"}, (), ()),
    ({"requestTemplates": {"application/json": "a", "text/xml": "b"}},
     (f"{HEADER}Content-Type",), ()),
    ({"requestTemplates": {"application/json": "a", "text/xml": "a"}}, (), ()),
    (answering(json="a", xml="a"), (f"{HEADER}Accept",), ()),
    (answering(json="$input.body"), (), ()),
    (answering(json="$context.identity.userAgent"), (), ("context.identity.userAgent",)),
    ({"integrationResponses": {"200": {"responseParameters": {
        "method.response.header.a": "integration.response.header.b",
        "method.response.header.c": "context.identity.apiKey"}}}},
     (), ("context.identity.apiKey",)),
]  # fmt: skip


@pytest.mark.parametrize(("integration", "parameters", "callers"), INTEGRATIONS)
def test_what_an_integration_reads(integration, parameters, callers):
    found = reads("/a/{id}", raw(**integration))
    assert (set(found.parameters), set(found.callers)) == (set(parameters), set(callers))


def test_ids_and_times_are_apart():
    assert reads("/a", raw(**templated("$context.requestId"))).moments == ("context.requestId",)


@pytest.mark.parametrize(
    ("integration", "expected"),
    [
        ({"responseTransferMode": "STREAM"}, True),
        ({"uri": "arn:aws:…/functions/f/response-streaming-invocations"}, True),
        ({"responseTransferMode": "BUFFERED"}, False),
        ({}, False),
    ],
)
def test_what_streams(integration, expected):
    assert streams(integration) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        *((one, True) for one in ("authorization", "Cookie", "X-Session-Token", "x-api-key")),
        *((one, True) for one in ("X-Auth", "X-Amz-Security-Token", "X-User-Jwt", "X-CSRF")),
        *((one, False) for one in ("Accept", "X-Author", "Accept-Language", "X-Tenant-Id")),
        *((one, False) for one in ("Shard-Iterator", "X-Keyboard", "If-None-Match")),
    ],
)
def test_which_headers_say_who_the_caller_is(header, expected):
    assert is_identity(f"{HEADER}{header}") is expected


IP = "context.identity.sourceIp"


@pytest.mark.parametrize(
    ("key", "source", "expected"),
    [
        ((f"{HEADER}X-Tenant",), f"{HEADER}x-tenant", True),
        ((f"{QUERY}Q",), f"{QUERY}q", False),
        (("integration.request.header.h",), IP, True),
        (("integration.request.header.other",), IP, False),
        (("method.request.multivaluequerystring.q",), f"{QUERY}q", True),
        ((f"{QUERY}q",), "method.request.multivaluequerystring.q", False),
    ],
)
def test_what_a_key_covers(key, source, expected):
    method = CacheMethod("/a", "GET", raw(key=key, **mapped(IP)))
    assert covers(method, key, source) is expected


NAMES = st.sampled_from(["q", "id", "X-Tenant", "token"])
PLACES = st.sampled_from(["path", "querystring", "header"])
PIECES = [
    "$input.params('{n}')",
    '$!{{input.params("{n}")}}',
    "$input.params().{p}.get('{n}')",
    "$!input.params().{p}['{n}']",
    "$!input.params()['{p}'].get('{n}')",
    "$!input.params().{p}.{n}",
    "#set($v = $input.params().{p})$!v.get('{n}')",
    "#set($v = $input.params())#set($w = $v.{p})$!w.get('{n}')",
    "#set($v = '{n}')$input.params($v)",
    "#if($context.stage == 'prod')#set($z = $input.params())#end$!z.{p}.get('{n}')",
    "#foreach($k in $input.params().{p}.keySet())$k=$input.params().{p}.get($k);#end",
    "#foreach($e in $input.params().{p}.entrySet())$e.key=$e.value;#end",
    "#if($input.params('{n}') == 'one')yes#{{else}}no#end",
    "#set($s = \"v-${{input.params('{n}')}}\")$s",
    "#set($m = {{\"k\": $input.params('{n}')}})$m.k",
    "#set($l = [])#set($x = $l.add($input.params('{n}')))$l",
    "#define($d)$input.params('{n}')#end$d",
    "#macro(shown $a)$a#end#shown($input.params('{n}'))",
    "#evaluate(\"$input.params('{n}')\")",
    "$util.escapeJavaScript($input.params('{n}'))",
    "## $input.params('{n}')\n",
    "#* $input.params('{n}') *#",
    "#[[ $input.params('{n}') ]]#",
    "\\$input.params('{n}')",
    "#set($v = '{n}')\\\\#set($v = 'token')$input.params($v)",
    "#set($v = '{n}')#set($w = \"#set($v = 'token')\")$input.params($v)",
    "$#set($v = $input.params('{n}'))",
    "#set\n($v = '{n}')",
    "$input.params($v)",
    "$context.identity.sourceIp",
    "#set($c = $context)$c.identity.sourceIp",
    "$context.stage $stageVariables.v",
    "$input.json('$.b')",
    "$input.body",
    "text",
]
PIECE = st.builds(
    lambda piece, n, p: piece.format(n=n, p=p), st.sampled_from(PIECES), NAMES, PLACES
)
TEMPLATE = st.lists(PIECE, min_size=1, max_size=4).map("".join)
KEYS = st.sets(st.sampled_from([f"{QUERY}q", f"{HEADER}x-tenant", f"{PATH}id"]), max_size=2)


@dataclasses.dataclass(frozen=True)
class Caller:
    """What a request carries; path and query parameters, headers, an address, a body."""

    path: tuple = (("id", "one"),)
    query: tuple = (("q", "one"), ("X-Tenant", "one"), ("token", "one"))
    header: tuple = (("q", "one"), ("X-Tenant", "one"), ("token", "one"))
    address: str = "one"
    body: str = '{"b": "one"}'

    def others(self):
        """Those who differ in one thing, by having another value or none."""
        yield dataclasses.replace(self, address="two")
        yield dataclasses.replace(self, body='{"b": "two"}')
        yield dataclasses.replace(self, path=(("id", "two"),))
        for place in ("query", "header"):
            held = dict(getattr(self, place))
            for name in held:
                yield dataclasses.replace(self, **{place: tuple({**held, name: "two"}.items())})
                rest = {one: value for one, value in held.items() if one != name}
                yield dataclasses.replace(self, **{place: tuple(rest.items())})
            yield dataclasses.replace(self, **{place: (*held.items(), ("new", "one"))})

    def under(self, key):
        """The values that a cache key takes of this request."""
        headers = {name.lower(): value for name, value in self.header}
        held = {QUERY: dict(self.query), PATH: dict(self.path), HEADER: headers}
        return tuple(
            held[place].get(name.lower() if place == HEADER else name)
            for one in sorted(key)
            for place in held
            if one.startswith(place)
            for name in [one.removeprefix(place)]
        )

    def sees(self, template):
        """What the back end gets; None where the template fails, of which nothing is kept."""
        parameters = {"path": self.path, "querystring": self.query, "header": self.header}
        given_ = Input(self.body, {place: dict(one) for place, one in parameters.items()})
        context = of_json({"stage": "prod", "identity": {"sourceIp": self.address}})
        try:
            return render(template, given_, context, {"v": "1"})
        except TemplateError:
            return None


@settings(max_examples=300, deadline=None)
@given(template=TEMPLATE, key=KEYS)
def test_callers_who_differ_in_what_is_read_share_no_entry(template, key):
    method = CacheMethod("/a/{id}", "GET", raw(key=sorted(key), **templated(template)))
    whole = (*method.key, *wanted_key(method, ()))
    if list(sharing(method, whole)):
        return  # it is not cached
    for one in (Caller(), Caller(query=())):  # a header is looked for where there is no query
        for other in one.others():
            if one.under(whole) == other.under(whole):
                assert one.sees(template) == other.sees(template)
