/// Why a Sigma document, or a part of one, was not carried over.
public struct SigmaReport: Hashable, Sendable {
    /// The kinds of reasons, which a summary counts.
    public enum Reason: String, CaseIterable, Sendable {
        case notYAML = "not YAML"
        case notSigma = "not a Sigma rule"
        case logSource = "log source of another product"
        case field = "field without a counterpart"
        case modifier = "modifier"
        case keywords = "keyword list"
        case placeholder = "placeholder"
        case aggregation = "aggregation in a condition"
        case condition = "condition"
        case value = "value"
        case correlation = "correlation"
        case filter = "filter or global action"
        case limit = "limit"
        case refused = "refused by rules check"
        case untested = "no test derived"
    }

    public let reason: Reason
    /// What it is about, in words.
    public let detail: String
    public let file: String
    /// From 1.
    public let line: Int
    /// Whether the rule was written all the same.
    public let isNote: Bool

    /// A report.
    public init(reason: Reason, detail: String, file: String, line: Int, isNote: Bool = false) {
        self.reason = reason
        self.detail = detail
        self.file = file
        self.line = line
        self.isNote = isNote
    }
}

/// Why reading stopped; the file's path is added by who catches it.
struct SigmaProblem: Error {
    let reason: SigmaReport.Reason
    let detail: String
    let place: Int

    init(_ reason: SigmaReport.Reason, _ detail: String, at node: YAMLNode) {
        self.reason = reason
        self.detail = detail
        place = node.start
    }

    init(_ reason: SigmaReport.Reason, _ detail: String, at place: Int) {
        self.reason = reason
        self.detail = detail
        self.place = place
    }
}
