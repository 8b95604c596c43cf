import Diagnostics
import Testing
import Timekeeping

@testable import CEL

/// The module as others use it: expressions over named values.
@Suite struct EmbeddingTests {
    /// The example of docs/cel.md, "Use it from Swift".
    @Test func theExampleOfThePage() throws {
        let rule = try CELExpression(
            "user.age >= limit && user.name.startsWith('A')",
            variables: ["user": .map(.string, .dyn), "limit": .int])
        let user = MapValue([(.string("name"), .string("Ada")), (.string("age"), .int(36))])
        let verdict = try rule.value(["user": .map(user), "limit": .int(18)])
        #expect(verdict == .bool(true))

        let thrown = #expect(throws: CELExpression.Refusal.self) {
            try CELExpression("limt > 3", variables: ["limit": .int])
        }
        let refusal = try #require(thrown)
        let report = DiagnosticReport(refusal.diagnostics.map { SourcedDiagnostic(refusal.source, $0) })
        #expect(report.rendered(as: .short) == "expression:1:1: error[R0202]: nothing is named `limt` here\n")
    }

    @Test func typesAreKnownBeforeValues() throws {
        let expression = try CELExpression("names.map(n, size(n))", variables: ["names": .list(.string)])
        #expect(expression.type == .list(.int))
        #expect(try expression.value(["names": .list([.string("ab"), .string("c")])]).literal == "[2, 1]")
    }

    @Test func aVariableWithoutAValueIsUnknown() throws {
        let expression = try CELExpression("a > 1 || b", variables: ["a": .int, "b": .bool])
        #expect(try expression.value(["b": .bool(true)]) == .bool(true))
        #expect(throws: EvaluationFailure.unknown(field: "a")) { try expression.value(["b": .bool(false)]) }
    }

    @Test func aContextServesManyEvaluationsAndSaysWhereOneFailed() throws {
        let expression = try CELExpression("100 / n > 2", variables: ["n": .int])
        let context = EvaluationContext()
        #expect(try expression.value(["n": .int(5)], in: context) == .bool(true))
        #expect(throws: EvaluationFailure.divisionByZero) { try expression.value(["n": .int(0)], in: context) }
        #expect(context.failureSpan == Span(0, 7))
        #expect(try expression.value(["n": .int(50)], in: context) == .bool(false))
    }

    @Test func strictTypesAsRulesHaveThem() {
        var options = CELExpression.Options()
        options.allowsDyn = false
        #expect(throws: CELExpression.Refusal.self) { try CELExpression("[1, 'a']", options: options) }
        #expect(throws: Never.self) { try CELExpression("[1, 'a']") }
    }

    struct JSONRow: Sendable, CustomTestStringConvertible {
        let json: String
        let literal: String?
        var testDescription: String { json }
    }

    @Test(arguments: [
        JSONRow(
            json: "{\"a\": [1, 2.5, null, true], \"b\": {\"c\": \"x\"}}",
            literal: "{\"a\": [1, 2.5, null, true], \"b\": {\"c\": \"x\"}}"),
        JSONRow(json: " 12 ", literal: "12"),
        JSONRow(json: "\"caf\\u00e9\"", literal: "\"caf\u{e9}\""),
        JSONRow(json: "[1,]", literal: nil),
        JSONRow(json: "nope", literal: nil),
    ])
    func valuesComeFromJSON(_ row: JSONRow) {
        #expect(Value(json: row.json)?.literal == row.literal)
    }

    @Test(arguments: [
        ("[1, 2u, 1.5, 'a\"b', null]", "[1,2,1.5,\"a\\\"b\",null]"), ("{1: b'hi'}", "{\"1\":\"aGk=\"}"),
        ("{'a': duration('90s'), 'b': timestamp(0)}", "{\"a\":\"90s\",\"b\":\"1970-01-01T00:00:00Z\"}"),
        ("[optional.of(1), optional.none()]", "[1,null]"), ("double('NaN')", "\"NaN\""), ("int", "\"int\""),
        ("[ip('::1')]", "[\"::1\"]"),
    ])
    func valuesGoToJSON(_ expression: String, _ json: String) throws {
        #expect(try Fixture.value(expression).json == json)
    }

    @Test func aRecordShowsItsFields() {
        let device = ObjectValue(type: Fixture.device, fields: ["kind": .string("phone")])
        #expect(Value.object(device).literal == "Device{kind: \"phone\", trusted: null}")
        #expect(Value.object(device).json == "{\"kind\":\"phone\",\"trusted\":null}")
    }

    @Test func slowPatternsAreWarnedOfWhereAskedFor() throws {
        var options = CELExpression.Options()
        options.patternProber = PatternProber(isTimed: false)
        let slow = try CELExpression("s.matches(r'^(a+)+$')", variables: ["s": .string], options: options)
        #expect(slow.diagnostics.map(\.code) == ["R0214"])
        #expect(slow.diagnostics.map(\.level) == [.warning])
        let well = try CELExpression("s.matches(r'^a+$')", variables: ["s": .string], options: options)
        #expect(well.diagnostics.isEmpty)
        #expect(try CELExpression("s.matches(r'^(a+)+$')", variables: ["s": .string]).diagnostics.isEmpty)
    }
}
