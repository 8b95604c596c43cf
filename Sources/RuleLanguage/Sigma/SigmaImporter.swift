public import Diagnostics

/// Turns Sigma rules of OneLogin's events into rules of ours, and says of everything else why not.
///
/// rule-language.md, section 10: values become comparisons that ignore case as Sigma does, conditions become one
/// CEL expression, correlations become `threshold` and `sequence`.
public struct SigmaImporter: Sendable {
    /// A rule that was made, with tests that may show it at work.
    public struct Rule: Sendable {
        public let id: String
        /// The rule's file without `tests`.
        public let text: String
        /// Tests that should fire, the first of which to do so is the one to keep; items of `tests`.
        public let firing: [String]
        public let quiet: [String]
        /// Where it comes from.
        public let source: String
        public let line: Int
    }

    /// What became of all files.
    public struct Result: Sendable {
        public internal(set) var rules: [Rule] = []
        public var reports: [SigmaReport] = []
        /// Documents read, rules or not.
        public internal(set) var documentCount = 0
    }

    private let fields: SigmaFields

    /// An importer for activities as `schema` has them.
    public init(schema: Schema) { fields = SigmaFields(schema: schema) }

    /// A document with what it asks of an activity.
    struct Base {
        let document: SigmaDocument
        let expression: SigmaExpression
    }

    /// Imports files, in the order given; correlations may name rules of any of them.
    public func run(_ files: [SourceText]) -> Result {
        var result = Result()
        var bases: [Base] = []
        var correlations: [SigmaDocument] = []
        for file in files { read(file, &result, &bases, &correlations) }
        var ids: Set<String> = []
        var consumed: Set<String> = []
        for document in correlations {
            do throws(SigmaProblem) {
                let correlation = try SigmaCorrelation(document, fields: fields)
                let used = try Self.bases(of: correlation, bases, document)
                result.rules.append(
                    SigmaRuleText(id: Self.unique(document.id, &ids), document: document)
                        .correlated(correlation, used))
                if !correlation.generates { consumed.formUnion(used.map { Self.place($0.document) }) }
            } catch {
                result.reports.append(Self.report(error, document.sink))
            }
        }
        for base in bases where !consumed.contains(Self.place(base.document)) {
            let id = Self.unique(base.document.id, &ids)
            result.rules.append(SigmaRuleText(id: id, document: base.document).plain(base.expression))
        }
        result.rules.sort { $0.id < $1.id }
        result.reports.sort { ($0.file, $0.line, $0.detail) < ($1.file, $1.line, $1.detail) }
        return result
    }

    private func read(
        _ file: SourceText, _ result: inout Result, _ bases: inout [Base], _ correlations: inout [SigmaDocument]
    ) {
        let sink = DiagnosticSink(file)
        let documents = YAMLReader.documents(of: sink, allowsAliases: true)
        for diagnostic in sink.diagnostics where diagnostic.level == .error {
            let line = LineIndex(file.text).position(at: diagnostic.primary.span.start).line
            let reason: SigmaReport.Reason =
                diagnostic.code == RuleDiagnosticCode.fileTooLarge.rawValue ? .limit : .notYAML
            result.reports.append(
                SigmaReport(reason: reason, detail: diagnostic.message, file: file.name, line: line))
        }
        if documents.isEmpty, sink.diagnostics.isEmpty {
            result.reports.append(
                SigmaReport(reason: .notSigma, detail: "it holds no document", file: file.name, line: 1))
        }
        for (number, document) in documents.enumerated() {
            result.documentCount += 1
            do throws(SigmaProblem) {
                let sigma = try SigmaDocument(document.root, sink, number: number, count: documents.count)
                if sigma.isCorrelation {
                    correlations.append(sigma)
                } else {
                    let detection = SigmaDetection(document: sigma, fields: fields)
                    bases.append(Base(document: sigma, expression: try detection.expression()))
                }
            } catch {
                result.reports.append(Self.report(error, sink))
            }
        }
    }

    /// The rules that a correlation names, in its order.
    private static func bases(
        of correlation: SigmaCorrelation, _ bases: [Base], _ document: SigmaDocument
    ) throws(SigmaProblem) -> [(name: String, document: SigmaDocument, expression: SigmaExpression)] {
        var used: [(name: String, document: SigmaDocument, expression: SigmaExpression)] = []
        for name in correlation.rules {
            let found = bases.first { $0.document.text("name") == name || $0.document.text("id") == name }
            guard let found else {
                throw SigmaProblem(
                    .correlation, "the rule `\(name)` is not among the files, or was not carried over",
                    at: document.root)
            }
            used.append((name, found.document, found.expression))
        }
        return used
    }

    private static func place(_ document: SigmaDocument) -> String {
        "\(document.sink.source.name)#\(document.number)"
    }

    private static func report(_ problem: SigmaProblem, _ sink: DiagnosticSink) -> SigmaReport {
        let line = LineIndex(sink.source.text).position(at: problem.place).line
        return SigmaReport(
            reason: problem.reason, detail: problem.detail, file: sink.source.name, line: line)
    }

    private static func unique(_ id: String, _ ids: inout Set<String>) -> String {
        var candidate = id
        var number = 2
        while !ids.insert(candidate).inserted {
            candidate = "\(id)-\(number)"
            number += 1
        }
        return candidate
    }
}
