public import Diagnostics
public import RuleLanguage

/// Loads a rule that was imported, tries the tests that were derived for it, and keeps those that show it at work.
public struct ImportedRuleTrial: Sendable {
    /// What became of a rule.
    public struct Outcome: Sendable {
        /// The file, in its form; nil when `rules check` refuses it.
        public let text: String?
        public let hasFiringTest: Bool
        public let hasQuietTest: Bool
        /// What `rules check` says of it.
        public let diagnostics: [SourcedDiagnostic]
    }

    private let loader: RuleBookLoader

    /// A trial against a schema.
    public init(schema: Schema = IdentitySchema.schema) { loader = RuleBookLoader(schema: schema) }

    /// Tries a rule.
    public func run(_ rule: SigmaImporter.Rule) -> Outcome {
        let name = "Rules/sigma/" + rule.id + ".yaml"
        let plain = loader.load(files: [SourceText(name: name, text: rule.text)])
        let errors = plain.diagnostics.filter { $0.diagnostic.level == .error }
        guard errors.isEmpty, plain.book.rules.count == 1 else {
            return Outcome(text: nil, hasFiringTest: false, hasQuietTest: false, diagnostics: errors)
        }
        let firing = rule.firing.first { passes($0, of: rule, name) }
        let quiet = rule.quiet.first { passes($0, of: rule, name) }
        let tests = [firing, quiet].compactMap(\.self)
        let text = rule.text + (tests.isEmpty ? "" : "tests:\n" + tests.joined())
        let file = SourceText(name: name, text: text)
        var written = text
        if case .formatted(let form) = RuleFormatter.format(file) { written = form }
        return Outcome(
            text: written, hasFiringTest: firing != nil, hasQuietTest: quiet != nil, diagnostics: plain.diagnostics)
    }

    private func passes(_ test: String, of rule: SigmaImporter.Rule, _ name: String) -> Bool {
        let file = SourceText(name: name, text: rule.text + "tests:\n" + test)
        let loaded = loader.load(files: [file])
        guard !loaded.diagnostics.contains(where: { $0.diagnostic.level == .error }) else { return false }
        let outcomes = RuleTestRunner.run(loaded.book)
        return !outcomes.isEmpty && outcomes.allSatisfy(\.isPassed)
    }
}
