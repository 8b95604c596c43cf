import Testing

@testable import tocsin

/// `tocsin cel`: what is asked, and what comes back on which stream with which code.
@Suite struct CELQuestionTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let expression: String
        var bindings: [String] = []
        var json: [String] = []
        let output: String
        var testDescription: String { ([expression] + bindings + json).joined(separator: " | ") }
    }

    @Test(arguments: [
        Row(expression: "1 + 2 * 3", output: "7\nint"),
        Row(expression: "n > 3 && n in [1, 5]", bindings: ["n=5"], output: "true\nbool"),
        Row(expression: "xs.map(x, x + 1)", bindings: ["xs=[1, 2]"], output: "[2, 3]\nlist of int"),
        Row(expression: "a + b", bindings: ["a='x='", "b='y'"], output: "\"x=y\"\nstring"),
        Row(expression: "params.max - 1", bindings: ["params.max=10"], output: "9\nint"),
        Row(
            expression: "t - duration('1h')", bindings: ["t=timestamp(\"2026-01-01T01:00:00Z\")"],
            output: "timestamp(\"2026-01-01T00:00:00Z\")\ntimestamp"),
        Row(
            expression: "e.user.roles[0]", json: ["e={\"user\": {\"roles\": [\"admin\"]}}"], output: "\"admin\"\nstring"
        ),
        Row(expression: "e.?missing.orValue(0)", json: ["e={\"a\": 1}"], output: "0\nint"),
        Row(expression: "'a\\nb'", output: "\"a\\nb\"\nstring"),
    ])
    func printsTheValueAndItsType(_ row: Row) {
        let answer = CELQuestion(expression: row.expression, bindings: row.bindings, jsonBindings: row.json).answer()
        #expect(answer == CELQuestion.Answer(output: row.output, errors: "", outcome: .clean))
    }

    @Test func jsonHasTheValueTwiceAndTheTypeAsTheLanguageWritesIt() {
        let answer = CELQuestion(expression: "[b'a', b'b']", format: .json).answer()
        #expect(
            answer.output == """
                {"expression":"[b'a', b'b']","literal":"[b\\"a\\", b\\"b\\"]",\
                "type":"list(bytes)","value":["YQ==","Yg=="]}
                """)
    }

    @Test func anErrorHasACaretAndCodeTwo() {
        let answer = CELQuestion(expression: "n > 'a'", bindings: ["n=1"]).answer()
        #expect(answer.outcome == .usage)
        #expect(answer.output.isEmpty)
        #expect(
            answer.errors == """
                error[R0204]: `>` cannot compare int with string
                 --> expression:1:1
                  |
                1 | n > 'a'
                  | ^^^^^^^ int > string

                """)
    }

    @Test func noValueIsCodeOneAndHasAPlace() {
        let answer = CELQuestion(expression: "1 + 10 / n", bindings: ["n=0"]).answer()
        #expect(answer.outcome == .findings)
        #expect(
            answer.errors == """
                error[R0215]: a division by zero
                 --> expression:1:5
                  |
                1 | 1 + 10 / n
                  |     ^^^^^^ this has no value

                """)
        let json = CELQuestion(expression: "1 + 10 / n", bindings: ["n=0"], format: .json).answer()
        #expect(json.outcome == .findings)
        #expect(json.errors.isEmpty)
        #expect(json.output.contains("\"R0215\""))
    }

    struct WrongBinding: Sendable, CustomTestStringConvertible {
        var bindings: [String] = []
        var json: [String] = []
        let words: String
        var testDescription: String { (bindings + json).joined(separator: " | ") }
    }

    @Test(arguments: [
        WrongBinding(bindings: ["x"], words: "`--bind x` has no value"),
        WrongBinding(bindings: ["1x=1"], words: "`1x` cannot be a name"),
        WrongBinding(bindings: ["=1"], words: "`` cannot be a name"),
        WrongBinding(bindings: ["x=1", "x=2"], words: "`x` is bound twice"),
        WrongBinding(bindings: ["x=1 +"], words: "--> --bind x:1:4"),
        WrongBinding(bindings: ["x=y"], words: "nothing is named `y` here"),
        WrongBinding(bindings: ["x=1/0"], words: "error[R0215]: a division by zero"),
        WrongBinding(json: ["x={a}"], words: "`--bind-json x` is neither a file nor JSON"),
    ])
    func aWrongBindingIsCodeTwo(_ row: WrongBinding) {
        let answer = CELQuestion(expression: "1", bindings: row.bindings, jsonBindings: row.json).answer()
        #expect(answer.outcome == .usage)
        #expect(answer.errors.contains(row.words), "\(answer.errors)")
    }

    @Test func typesAreStrictUnlessTheyNeedNotBe() {
        #expect(CELQuestion(expression: "[1, 'a']").answer().outcome == .usage)
        #expect(CELQuestion(expression: "[1, 'a']", allowsDyn: true).answer().output == "[1, \"a\"]\nlist")
        let backreference = "'aa'.matches(r'(a)\\1')"
        #expect(CELQuestion(expression: backreference).answer().outcome == .usage)
        #expect(CELQuestion(expression: backreference, extendedRegex: true).answer().output == "true\nbool")
    }

    @Test func aSlowPatternIsAWarningBesideTheValue() {
        let answer = CELQuestion(expression: "'aaa'.matches(r'^(a+)+$')").answer()
        #expect(answer.outcome == .clean)
        #expect(answer.output == "true\nbool")
        #expect(answer.errors.hasPrefix("warning[R0214]: this pattern gives up on text such as `aaaaaaa"))
    }
}
