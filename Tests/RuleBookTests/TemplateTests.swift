import Diagnostics
import Evaluation
import RuleLanguage
import Testing

/// What `rules new` writes works as it is.
@Suite struct TemplateTests {
    @Test(arguments: RuleTemplate.allCases)
    func aNewRuleLoadsAndItsTestsPass(_ kind: RuleTemplate) throws {
        let text = try #require(kind.text(id: "my-\(kind.rawValue)-2"))
        let file = SourceText(name: "Rules/own/my-\(kind.rawValue)-2.yaml", text: text)
        let loaded = RuleBookLoader(schema: IdentitySchema.schema).load(files: [file])
        #expect(loaded.diagnostics.isEmpty, "\(DiagnosticReport(loaded.diagnostics).rendered(as: .text))")
        let tests = RuleTestRunner.run(loaded.book)
        #expect(tests.count == 2)
        for test in tests { #expect(test.isPassed, "\(test.test): \(test.failures)") }
        let rule = try #require(loaded.book.rules.first)
        #expect(rule.tests.contains { $0.expectations.isEmpty } && rule.tests.contains { !$0.expectations.isEmpty })
        #expect(rule.title == "My \(kind.rawValue) 2" && rule.topic == "own")
        #expect(RuleFormatter.format(file) == .formatted(text))
    }

    @Test(arguments: ["", "A", "a b", "a--b", "-a", "1a", "../a", "a/b"])
    func whatIsNoIdGivesNoFile(_ id: String) {
        #expect(RuleTemplate.activity.text(id: id) == nil)
    }
}
