import CEL
import RuleLanguage
import Testing

/// Every code means one thing and has its row on the page of codes.
@Suite struct CodeTests {
    static let table =
        CEL.DiagnosticCode.allCases.map { ($0.rawValue, $0.meaning) }
        + RuleDiagnosticCode.allCases.map { ($0.rawValue, $0.meaning) }

    @Test func noCodeMeansTwoThings() {
        #expect(Set(Self.table.map(\.0)).count == Self.table.count)
    }

    @Test func thePageHasEveryCode() throws {
        let page = try Folders.read(Folders.docs + "/codes.md")
        let missing = Self.table.map(\.0).filter { !page.contains("| `\($0)` |") }
        #expect(missing == [])
    }
}
