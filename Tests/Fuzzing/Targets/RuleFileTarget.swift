import Diagnostics
import Evaluation
import RuleLanguage

extension FuzzTarget {
    /// A file of rules or policies, from YAML to the book, with every error through a report.
    static let ruleFile = FuzzTarget(name: "rule-file") { bytes in
        let text = readText(bytes)
        let loader = RuleBookLoader(schema: IdentitySchema.schema)
        let (book, found) = loader.load(files: [SourceText(name: "input.yaml", text: text)])
        if let fault = misplaced(found.map(\.diagnostic), in: text) { return fault }
        if let fault = rendered(found.map(\.diagnostic), of: text) { return fault }
        let again = loader.load(files: [SourceText(name: "input.yaml", text: text)])
        if again.diagnostics != found { return "the same file gives other diagnostics the second time" }
        return again.book.rules.map(\.id) == book.rules.map(\.id) ? nil : "the same file gives other rules"
    }
}
