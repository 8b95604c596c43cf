import CEL
import RuleLanguage
import Testing

/// The table of codes is the page of codes.
@Suite struct CodeTests {
    static let table =
        CEL.DiagnosticCode.allCases.map { ($0.rawValue, $0.meaning) }
        + RuleDiagnosticCode.allCases.map { ($0.rawValue, $0.meaning) }

    @Test func noCodeMeansTwoThings() {
        #expect(Set(Self.table.map(\.0)).count == Self.table.count)
    }

    @Test func thePageHasEveryCodeAndNoOther() throws {
        let page = try Folders.read(Folders.docs + "/codes.md")
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| R0") || $0.hasPrefix("| P0") }.map(String.init)
        #expect(Set(rows) == Set(Self.table.map { "| \($0.0) | \($0.1) |" }))
    }
}
