public import CEL
public import Diagnostics

/// Turns files of rules, definitions and policies into a rule book, and says everything that is wrong with them.
///
/// A file that is broken is left out and reported; the others are loaded as if it were not there.
public struct RuleBookLoader: Sendable {
    private let schema: Schema
    private let prober: PatternProber?
    private let coverage: ConditionCoverage?

    /// A loader of rules over what the schema names.
    ///
    /// - Parameters:
    ///   - limits: What rules may cost; nil for what the schema says.
    ///   - prober: Warns of patterns that some text makes slow; nil where only errors matter.
    ///   - coverage: What notes how conditions come out, for running tests; nil for every other use.
    public init(
        schema: Schema, limits: RuleLimits? = nil, prober: PatternProber? = nil, coverage: ConditionCoverage? = nil
    ) {
        var schema = schema
        if let limits { schema.limits = limits }
        self.schema = schema
        self.prober = prober
        self.coverage = coverage
    }

    /// Loads files in any order; the result does not depend on it.
    ///
    /// - Parameter files: Rules, `define` files and policies together, each with the path under which it is reported.
    /// - Returns: The book of everything without errors, and the diagnostics of all files.
    public func load(files: [SourceText]) -> (book: RuleBook, diagnostics: [SourcedDiagnostic]) {
        var builder = BookBuilder(schema: schema, prober: prober, coverage: coverage)
        let sinks = files.sorted { ($0.name, $0.text) < ($1.name, $1.text) }.map { DiagnosticSink($0) }
        for sink in sinks { builder.read(sink) }
        let book = builder.build()
        let found = sinks.flatMap { sink in sink.diagnostics.map { SourcedDiagnostic(sink.source, $0) } }
        return (book, DiagnosticReport(found).entries)
    }
}
