import Diagnostics
import Evaluation
import Foundation
import RuleLanguage
import Testing

/// The YAML that pages show is YAML that works: rules load and pass their tests, policies load over what we ship.
@Suite struct ExampleTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let page: String
        let line: Int
        let text: String
        var testDescription: String { "\(page):\(line)" }
    }

    static func examples(beginningWith key: String) -> [Example] {
        Pages.all.flatMap { page in
            page.blocks("yaml").filter { $0.text.hasPrefix(key + ":") }
                .map { Example(page: page.path, line: $0.line, text: $0.text) }
        }
    }

    static let rules = examples(beginningWith: "rule")
    static let policies = examples(beginningWith: "policy")
    static let shipped: [SourceText] = {
        let base = Pages.root.appendingPathComponent("Rules")
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: base.path)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().compactMap { name in
            (try? String(contentsOf: base.appendingPathComponent(name), encoding: .utf8)).map {
                SourceText(name: "Rules/" + name, text: $0)
            }
        }
    }()

    /// The id that a document begins with.
    static func id(of text: String) -> String {
        String(text.prefix { $0 != "\n" }.drop { $0 != " " }.dropFirst())
    }

    @Test func thereAreExamples() {
        #expect(Self.rules.count >= 6)
        #expect(Self.policies.count >= 1)
    }

    @Test(arguments: rules)
    func anExampleRuleLoadsAndPassesItsTests(_ example: Example) throws {
        let file = SourceText(name: "Rules/docs/\(Self.id(of: example.text)).yaml", text: example.text)
        let loaded = RuleBookLoader(schema: IdentitySchema.schema).load(files: [file])
        #expect(loaded.diagnostics.isEmpty, "\(DiagnosticReport(loaded.diagnostics).rendered(as: .text))")
        let bound = try #require(loaded.book.bindings.first)
        #expect(bound.rule.tests.count >= 2)
        for outcome in RuleTestRunner().run(bound) {
            #expect(outcome.isPassed, "\(outcome.test): \(outcome.failures.joined(separator: "; "))")
        }
    }

    @Test(arguments: policies)
    func anExamplePolicyLoadsOverTheShippedRules(_ example: Example) {
        let file = SourceText(name: "Policies/\(Self.id(of: example.text)).yaml", text: example.text)
        let loaded = RuleBookLoader(schema: IdentitySchema.schema).load(files: Self.shipped + [file])
        #expect(loaded.diagnostics.isEmpty, "\(DiagnosticReport(loaded.diagnostics).rendered(as: .text))")
        #expect(!loaded.book.bindings.isEmpty)
    }
}
