"""What Velocity 1.7 and Java say of a template, row by row; rules from their documentation.

Where API Gateway departs from them the row says so.
"""

import contextlib
import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragonctl.local.velocity import TemplateError, render
from dragonctl.local.velocity.java import MISSING, of_json

DOCUMENT = {
    "name": "Smaug",
    "blank": "",
    "none": None,
    "yes": True,
    "no": False,
    "count": 3,
    "weight": 2.5,
    "hoard": ["cup", {"gem": "opal"}, None, 7],
    "lair": {"hill": "Erebor", "doors": ["front", "side"]},
}


def rendered(template, **names):
    return render(template, {"d": of_json(DOCUMENT), "missing": MISSING, **names})


def table(*rows):
    return pytest.mark.parametrize(("template", "expected"), rows)


def condition(text):
    return f"#if({text})yes#{{else}}no#end"


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("$nothing", False),
        ("$d.none", False),
        ("$missing", False),
        ("$d.no", False),
        ("$d.yes", True),
        ("$d.blank", True),  # Velocity 1.7: only null and false do not hold
        ("0", True),
        ("$d.hoard", True),
        ("!$nothing", True),
        ("!$d.blank", False),
        ("$nothing == $null", True),
        ("$d.none == $null", True),
        ("$d.name == $null", False),
        ("$d.name != $null", True),
        ('$d.none == ""', False),
        ("$missing == $null", True),  # AWS: what $input.path does not find equals both
        ('$missing == ""', True),
        ('$missing == "x"', False),
        ('$d.blank == ""', True),
        ('"a" == "a"', True),
        ('"a" == "A"', False),
        ('3 == "3"', True),  # two kinds are compared by their text
        ("$d.count == 3.0", True),
        ('$d.yes == "true"', True),
        ("$d.count > 2 && $d.count <= 3", True),
        ("$d.count lt 3 or $d.count ge 3", True),
        ("$d.none > 1", False),
        ('"b" > "a"', False),  # only numbers have an order
        ("false || true && false", False),
        ("!(true && false)", True),
        ("not false and true", True),
        ("$d.name.equals('Smaug')", True),
        ("$d.name.equals('smaug')", False),
        ("$d.name.equals($d.none)", False),
        ("$d.name.equalsIgnoreCase('SMAUG')", True),
        ("$d.name.equalsIgnoreCase('x')", False),
        ("$d.count.equals('3')", False),
        ("$d.blank.isEmpty()", True),
        ("$d.name.isEmpty()", False),
        ("$d.name.startsWith('Sm')", True),
        ("$d.name.startsWith('ma', 1)", True),
        ("$d.name.startsWith('x')", False),
        ("$d.name.endsWith('ug')", True),
        ("$d.name.endsWith('Sm')", False),
        ("$d.name.contains('mau')", True),
        ("$d.name.contains('z')", False),
        ("$d.name.matches('[A-Z][a-z]+')", True),
        ("$d.name.matches('[a-z]+')", False),
        ("$d.name.charAt(0) == 'S'", True),
        ("$d.name.charAt(0).equals('S')", False),  # a Character is no String
        ("$d.hoard.contains('cup')", True),
        ("$d.hoard.contains('7')", False),
        ("$d.hoard.isEmpty()", False),
        ("$d.lair.containsKey('hill')", True),
        ("$d.lair.containsKey('sea')", False),
        ("$d.lair.containsValue('Erebor')", True),
        ("$d.lair.doors == ['front', 'side']", True),
        ("$nothing.size() > 0", False),
    ],
)
def test_a_condition(text, holds):
    assert rendered(condition(text)) == ("yes" if holds else "no")


@table(
    ("$d.name.trim()|#set($s = '  a b ')$s.trim()|", "Smaug|a b|"),
    ("$d.name.toLowerCase()$d.name.toUpperCase()", "smaugSMAUG"),
    ("$d.name.concat('!')", "Smaug!"),
    ("$d.name.charAt(1)$d.name.length()", "m5"),
    ("$d.name.substring(2)|$d.name.substring(1, 3)|$d.name.substring(5)|", "aug|ma||"),
    ("$d.name.indexOf('a')$d.name.indexOf('z')$d.name.indexOf('S', 1)", "2-1-1"),
    ("#set($s = 'abab')$s.lastIndexOf('b')$s.lastIndexOf('b', 2)$s.indexOf('b', 2)", "313"),
    ("$d.name.replace('a', '.')$d.name.replace('.', 'x')", "Sm.ugSmaug"),
    ("$d.name.replaceAll('[aeiou]', '<$0>')", "Sm<a><u>g"),
    ("$d.name.replaceFirst('[aeiou]', '')", "Smug"),
    ("$d.name.replaceAll('(S)(m)', '$2$1')", "mSaug"),
    ("#foreach($p in $d.name.split('a'))[$p]#end", "[Sm][ug]"),
    (
        "#set($s = ',a,,b,,')$s.split(',').size()$s.split(',', -1).size()$s.split(',', 2)[1]",
        "46a,,b,,",
    ),
    ("#set($s = 'a.b')$s.split('.').size()$s.split('\\.').size()", "02"),
    ("#set($s = 'hello')$s.hashCode()#set($s = '')$s.hashCode()", "991623220"),
    ("$d.name.compareTo('Smaua')|$d.name.compareTo('Sma')", "6|2"),
    ("#set($i = 0)$i.parseInt('42')", "42"),
    ("$d.count.toString().length()$d.yes.toString()", "1true"),
)
def test_text_has_javas_methods(template, expected):
    assert rendered(template) == expected


@table(
    ("$d.hoard.size()$d.hoard.get(0)$d.hoard[1].gem$d.hoard[3]", "4cupopal7"),
    ("$d.hoard[-1]$d.hoard.indexOf('cup')", "70"),
    ("$d.lair.size()$d.lair.get('hill')$d.lair['hill']$d.lair.doors[1]", "2EreborEreborside"),
    ("$d.lair.keySet()|$d.lair.values()", '[hill, doors]|[Erebor, ["front","side"]]'),
    (
        "#foreach($e in $d.lair.entrySet())$e.key:$e.getValue();#end",
        'hill:Erebor;doors:["front","side"];',
    ),
    ("#foreach($v in $d.lair)$v;#end", 'Erebor;["front","side"];'),  # a map's values
    (
        "#set($m = {})#set($x = $m.put('a', 1))$m|$m.put('a', 2)|$m.a|$m.remove('a')$m",
        "{a=1}|1|2|2{}",
    ),
    ("#set($l = [])#set($x = $l.add('a'))$x$l.add('b')$l", "truetrue[a, b]"),
    ("#set($l = [3, 1])$l.set(0, 'z')$l$l.remove(0)$l", "3[z, 1]z[1]"),
    ("#set($l = ['a'])#set($l[0] = 'b')$l.get(0)", "b"),
    ("#set($m = {'k': {}})#set($m.k.n = 5)#set($m['z'] = 1)$m", "{k={n=5}, z=1}"),
    ("$d.lair.getOrDefault('sea', 'none')", "none"),
    ("$d.lair", '{hill=Erebor, doors=["front","side"]}'),
    ("$d.hoard", '["cup",{"gem":"opal"},null,7]'),
    ("$d.hoard.toString()", '["cup",{"gem":"opal"},null,7]'),
    ("$d.hoard[1]", "{gem=opal}"),
    ("['a', 1, true, 2.5]", "['a', 1, true, 2.5]"),
    ("#set($l = ['a', 1, true, 2.5])$l", "[a, 1, true, 2.5]"),
    ("#set($l = [1..4])$l#set($l = [2..0])$l", "[1, 2, 3, 4][2, 1, 0]"),
)
def test_collections_are_javas(template, expected):
    assert rendered(template) == expected


@table(
    ("$nothing|$d.sea|$d.none|$missing|$missing.deeper|$d.name.sea", "|||||"),  # AWS prints nothing
    ("$!nothing|$!{d.name}|${d.name}s", "|Smaug|Smaugs"),
    ("$5 # #fff $ $.x", "$5 # #fff $ $.x"),
    ("$d.name. $d.name.", "Smaug. Smaug."),
    ("\\$d.name \\#if \\\\$d.name", "$d.name #if \\Smaug"),
    ("#[[$d.name #if(]]# ${d.name}", "$d.name #if( Smaug"),
    ("a## $d.name #end\nb#* $d.name\n#if *#c", "abc"),
    ('#set($s = "$d.name\'s")$s', "Smaug's"),
    ("#set($s = '$d.name')$s", "$d.name"),
    ('#set($s = "say ""hi""")$s', 'say "hi"'),
    ("$d.count$d.weight$d.yes", "32.5true"),
    (
        "#set($x = 12345678.5)$x #set($x = 0.00012)$x #set($x = 100.0)$x",
        "1.23456785E7 1.2E-4 100.0",
    ),
)
def test_printing(template, expected):
    assert rendered(template) == expected


@table(
    ("#set($x = 7 / 2)$x#set($x = -7 / 2)$x#set($x = 7 % 3)$x#set($x = -7 % 3)$x", "3-31-1"),
    ("#set($x = 1 + 2 * 3 - 4)$x#set($x = (1 + 2) * 3)$x", "39"),
    ("#set($x = 7.0 / 2)$x", "3.5"),
    ("#set($x = 'a' + 1 + true)$x", "a1true"),
    ("#set($x = 1 / 0)#if($x)yes#{else}no#end", "no"),
    ("#set($x = $nothing + 1)[$x]", "[]"),
)
def test_arithmetic(template, expected):
    assert rendered(template) == expected


@table(
    (
        "#foreach($x in [5..7])$foreach.index$velocityCount#if($foreach.hasNext),#end#end",
        "01,12,23",
    ),
    ("#foreach($x in ['a', 'b'])#if($foreach.first)[#end$x#if($foreach.last)]#end#end", "[ab]"),
    (
        "#foreach($x in [1, 2])#foreach($y in [1, 2])$foreach.parent.count$foreach.count #end#end",
        "11 12 21 22 ",
    ),
    ("#foreach($x in [1..9])#if($x == 3)#break#end$x#end.", "12."),
    ("#set($x = 'out')#foreach($x in [1])$x#set($y = $x)#end$x$y", "1out1"),
    ("#foreach($x in $nothing)a#end#foreach($x in $missing)a#end#foreach($x in [])a#end", ""),
    ("a#stop b", "a"),
    ("#if(false)a#elseif($d.yes)b#{else}c#end#if(false)a#{end}", "b"),
    (
        "#macro(greet $who $how)$how, $who!#end#greet('Bilbo' \"Hi\")#greet($d.name, 'Ho')",
        "Hi, Bilbo!Ho, Smaug!",
    ),
    ("#early()#macro(early)known before#end", "known before"),
    ("#define($block)<$d.name>#end$block$block", "<Smaug><Smaug>"),
    ("#evaluate('$d.name')", "Smaug"),
    ("  #set($x = 1)\n#if(true)\n  a\n#end\nb", "  a\nb"),
)
def test_directives(template, expected):
    assert rendered(template) == expected


@pytest.mark.parametrize(
    ("template", "named"),
    [
        ("$d.name.shout()", "shout"),
        ("#if($d.name.isBig())a#end", "isBig"),
        ("$d.hoard.shuffle()", "shuffle"),
        ("$d.count.next()", "next"),
        ("$d.name.trim(1)", "trim"),
        ("$d.name.class", "class"),
        ("#shout('a')", "#shout"),
        ("#parse('a.vm')", "#parse"),
        ("#include('a.txt')", "#include"),
        ("#@wrap()a#end", "#@wrap"),
        ("${d.name|'none'}", "alternate"),
        ("$d.name-$d.count", "${name}-"),
        ("#if($a-b)a#end", "a-b"),
        ("$d.hoard[9]", "Index: 9"),
        ("$d.name.substring(9)", "substring"),
        ("$d.name.concat(1)", "concat"),
        ("$d.name.matches('\\p{Lower}+')", "\\p{Lower}+"),
        ("$d.name.matches('[')", "["),
        ("#set($nothing.a = 1)", "$nothing.a"),
        ("$d.name.split('a')", "array"),
        ("#if($d.yes)", "#end"),
        ("#end", "#end"),
        ("#set($x 1)", "="),
        ("#set($x = null)", "value"),
        ("#macro(again)#again()#end#again()", "again"),
    ],
)
def test_what_is_not_done_is_refused_by_name(template, named):
    with pytest.raises(TemplateError) as refused:
        rendered(template)
    assert named in str(refused.value)


@given(st.text(alphabet=string.ascii_letters + string.digits + " ,.:{}[]\"'\n", max_size=60))
def test_text_without_marks_is_itself(text):
    assert render(text, {}) == text


@given(st.text(max_size=40))
def test_whatever_is_written_renders_or_is_refused(text):
    with contextlib.suppress(TemplateError):
        assert isinstance(render(text, {"d": of_json(DOCUMENT)}), str)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_a_list_prints_as_the_json_that_it_was(value):
    assert json.loads(render("$x", {"x": of_json([value])})) == [value]
