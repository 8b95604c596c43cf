import Diagnostics
import Testing

@testable import RuleLanguage

/// Every decoded byte of a scalar knows where it was written.
@Suite struct ScalarPlaceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let yaml: String
        /// What is looked for in the decoded text.
        let word: String
    }

    static let rows = [
        Row(testDescription: "plain", yaml: "a: one two", word: "two"),
        Row(testDescription: "plain over lines", yaml: "a: one\n  two\n\n  three", word: "three"),
        Row(testDescription: "single quotes", yaml: "a: 'it''s two'", word: "two"),
        Row(testDescription: "double quotes", yaml: "a: \"\\u00e9\\t\\\"x\\\" two\"", word: "two"),
        Row(testDescription: "double quotes with an escaped break", yaml: "a: \"one \\\n   two\"", word: "two"),
        Row(testDescription: "double quotes over lines", yaml: "a: \"one\n\n  two\"", word: "two"),
        Row(testDescription: "literal", yaml: "a: |\n  one\n    two\n", word: "two"),
        Row(testDescription: "literal with an indicator", yaml: "a: |2-\n    one\n  two\n", word: "two"),
        Row(testDescription: "literal behind a comment", yaml: "a: | # why\n\n  one\n  two", word: "two"),
        Row(testDescription: "folded", yaml: "a: >\n  one\n  two\n\n  three\n    four\n  five\n", word: "five"),
        Row(testDescription: "folded, stripped", yaml: "a: >-\n  one\n  two\n\n\n", word: "two"),
        Row(testDescription: "carriage returns", yaml: "a: |\r\n  one\r\n  two\r\n", word: "two"),
        Row(testDescription: "behind wide characters", yaml: "日本: '日本 two'", word: "two"),
        Row(testDescription: "in braces", yaml: "{ a: [x, one two], b: 1 }", word: "two"),
        Row(testDescription: "behind an anchor", yaml: "tests: &x one two", word: "two"),
    ]

    @Test(arguments: rows)
    func aWordIsFoundWhereItWasWritten(_ row: Row) throws {
        let sink = DiagnosticSink(SourceText(name: "t.yaml", text: row.yaml))
        let documents = YAMLReader.documents(of: sink)
        let root = try #require(documents.first?.root)
        let scalar = try #require(scalars(root).first { $0.text.contains(row.word) })
        let decoded = Array(scalar.text.utf8)
        let wanted = Array(row.word.utf8)
        let place = try #require(decoded.indices.first { decoded[$0...].starts(with: wanted) })
        let span = scalar.fileSpan(Span(place, place + wanted.count))
        let bytes = Array(row.yaml.utf8)
        #expect(String(decoding: bytes[span.start..<span.end], as: UTF8.self) == row.word)
        #expect(sink.diagnostics.isEmpty)
    }

    private func scalars(_ node: YAMLNode) -> [ScalarText] {
        switch node.content {
        case .scalar(let text): [text]
        case .sequence(let items): items.flatMap(scalars)
        case .mapping(let entries): entries.flatMap { [$0.key] + scalars($0.value) }
        case .refused: []
        }
    }

    @Test func deepNestingIsAnErrorAndNoCrash() {
        let text = String(repeating: "[", count: 5000)
        let sink = DiagnosticSink(SourceText(name: "t.yaml", text: text))
        #expect(YAMLReader.documents(of: sink).isEmpty)
        #expect(sink.hasErrors)
    }

    @Test func aBombOfAliasesIsStoppedByTheLimit() {
        var text = "tests:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...8 {
            let item = "*a\(level - 1)"
            text += "  a\(level): &a\(level) [" + Array(repeating: item, count: 10).joined(separator: ", ") + "]\n"
        }
        let sink = DiagnosticSink(SourceText(name: "t.yaml", text: text))
        #expect(YAMLReader.documents(of: sink).isEmpty)
        #expect(sink.diagnostics.map(\.code) == [RuleDiagnosticCode.fileTooLarge.rawValue])
    }
}
