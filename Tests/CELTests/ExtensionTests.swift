import Testing

@testable import CEL

/// Extensions that the conformance suite has no cases for.
@Suite struct ExtensionTests {
    @Test(arguments: [
        "[1, 2, 1, 3, 2].distinct() == [1, 2, 3]", "[1, 1u, 1.0, 'a', 'a'].distinct().size() == 2",
        "[[1], [1], [2]].distinct() == [[1], [2]]",
        "[[1, 2], [], [3, [4]]].flatten() == [1, 2, 3, [4]]", "[1, [2, [3, [4]]]].flatten(2) == [1, 2, 3, [4]]",
        "[1, [2]].flatten(0) == [1, [2]]",
        "lists.range(4) == [0, 1, 2, 3]", "lists.range(0) == []",
        "[1, 2, 3].reverse() == [3, 2, 1]", "'gums'.reverse() == 'smug'",
        "[1, 2, 3, 4].slice(1, 3) == [2, 3]", "[1].slice(1, 1) == []",
        "[3, 1, 2].sort() == [1, 2, 3]", "['b', 'a'].sort() == ['a', 'b']", "[].sort() == []",
        "[duration('2s'), duration('1s')].sort()[0] == duration('1s')",
        "['ccc', 'a', 'bb'].sortBy(s, s.size()) == ['a', 'bb', 'ccc']",
        "['b1', 'a1', 'b0'].sortBy(s, s.charAt(0)) == ['a1', 'b1', 'b0']",
        "[1, 2].first().value() == 1", "[1, 2].last().value() == 2", "![].first().hasValue()",
        "sets.contains([1, 2, 3], [2, 3.0, 1u])", "sets.contains([], [])", "!sets.contains([1], [1, 2])",
        "sets.equivalent([1, 1, 2], [2, 1])", "!sets.equivalent([1], [1, 2])",
        "sets.intersects([1, 2], [2, 3])", "!sets.intersects([1], [])", "sets.intersects([[1]], dyn([[1.0]]))",
        "regex.replace('hello world', 'o', '0') == 'hell0 w0rld'", "regex.replace('aaa', 'a', 'b', 2) == 'bba'",
        "regex.replace('aaa', 'a', 'b', 0) == 'aaa'", "regex.replace('aaa', 'a', 'b', -1) == 'bbb'",
        "regex.replace('John Doe', r'(\\w+) (\\w+)', r'\\2 \\1') == 'Doe John'",
        "regex.replace('abc', '', '-') == '-a-b-c-'", "regex.replace('a', 'a', r'\\\\') == '\\\\'",
        "regex.extract('user@corp.example', r'@(.+)$').value() == 'corp.example'",
        "regex.extract('abc', 'b').value() == 'b'", "!regex.extract('abc', 'x').hasValue()",
        "regex.extractAll('id:1, id:22', r'id:(\\d+)') == ['1', '22']", "regex.extractAll('abc', 'x') == []",
        "regex.extractAll('aéa', 'a|é') == ['a', 'é', 'a']",
        "{'a': 1}.transformMapEntry(k, v, {v: k}) == {1: 'a'}",
        "days(2) == duration('48h') && hours(1) == minutes(60)",
        "'ADMIN'.iequals('admin') && !'a'.iequals('b') && 'É'.iequals('é')", "'Straße'.icontains('RASS') == false",
        "'The Admin'.icontains('ADMIN')", "iequals('a', 'A') && icontains('abc', 'B')",
        "math.round(geo_km(52.52, 13.405, 48.8566, 2.3522)) == 877.0", "geo_km(0.0, 0.0, 0.0, 180.0) > 20015.0",
        "size('e\\u0301') == 2 && '\\u00e9' != 'e\\u0301'",
        "['a', 'b'].join('/') == 'a/b'", "optional.unwrap([optional.of(1), optional.none()]) == [1]",
        "'aéa'.replace('', '-') == '-a-é-a-' && ''.replace('', '-') == '-'", "'aaa'.replace('aa', 'b') == 'ba'",
        "'aéa'.replace('', '-', 2) == '-a-éa' && 'aaa'.replace('a', 'b', 0) == 'aaa'",
        "'aa'.replace('a', 'b', -1) == 'bb' && ''.replace('', '', -9223372036854775808) == ''",
        "string(math.sign(-0.0)) == '0' && math.sign(-2.5) == -1.0 && math.isNaN(math.sign(0.0 / 0.0))",
        "true || math.greatest({}['a'], 1.0) > 0.5", "![].exists(i, -i >= i)", "uint('42') == 42u && uint('0') == 0u",
        "isCIDR('10.0.0.0/8') && !isCIDR('10.0.0.0/33') && cidr('10.1.2.3/8').ip() == ip('10.1.2.3')",
    ])
    func givesTheDocumentedResult(_ text: String) throws {
        #expect(try Fixture.value(text) == .bool(true))
    }

    @Test func replacingStopsAtTheLimitOfText() throws {
        let text = "['" + String(repeating: "a", count: 1000) + "'].map(t, t.replace('', t))[0].size()"
        var limits = Limits()
        limits.textResultBytes = 1000 * 1001 + 1000
        #expect(try Fixture.value(text, limits: limits) == .int(1_002_000))
        limits.textResultBytes -= 1
        #expect(throws: EvaluationFailure.limit(.textBytes)) { try Fixture.value(text, limits: limits) }
    }

    @Test(arguments: [
        "[1].flatten(-1)", "[1, 2].slice(2, 1)", "[1, 2].slice(-1, 1)", "[1, 2].slice(0, 3)",
        "[1, 'a'].sort()", "[[1]].sort()", "[{}].sortBy(x, x)",
        "regex.replace('a', 'a', r'\\1')", "regex.replace('a', 'a', r'\\x')",
        "regex.extract('ab', '(a)(b)')", "regex.extractAll('ab', '(a)(b)')",
        "{'a': 1, 'b': 1}.transformMapEntry(k, v, {v: k})",
        "days(9223372036854775807)", "geo_km(91.0, 0.0, 0.0, 0.0)", "9223372036854775807 + 1",
        "timestamp('2026-01-01T00:00:00Z').getHours('Nowhere/City')", "lists.range(1000000000)",
        "uint('-0')", "uint('-1')",
    ])
    func refusesTheDocumentedMistakes(_ text: String) {
        #expect(throws: (any Error).self) { try Fixture.value(text) }
    }
}
