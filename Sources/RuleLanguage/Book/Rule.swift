public import Alerting
public import CEL
public import Diagnostics

/// One rule as its author wrote it: what it is called, what may be set, how it is tested.
///
/// What it does is compiled once for each policy that binds it, see ``BoundRule``.
public struct Rule: Sendable {
    /// A value that a policy may set.
    public struct Parameter: Sendable {
        public let name: String
        public let type: CELType
        /// The value where no policy sets another.
        public let standard: Value
        public let description: String
    }

    /// Kebab case, names the bad state.
    public let id: String
    public let title: String
    public let description: String
    public let severity: Severity
    public let parameters: [Parameter]
    public let tags: [String]
    public let owner: String?
    public let runbook: String?
    public let references: [String]
    public let falsePositives: [String]
    public let isEnabled: Bool
    /// Raises no alert; its hits are activities of kind `signalKind` for other rules.
    public let isSignal: Bool
    public let tests: [RuleTest]
    /// The folder below `Rules/` that the file lies in, which `select: {topic: ...}` picks by.
    public let topic: String
    /// The file, and where in it the id stands.
    public let file: SourceText
    public let place: Span
    /// SHA-256 in hex over what decides its findings: not over comments, tests and metadata.
    public let digest: String

    /// The kind of the activities that a signal rule makes.
    public var signalKind: String { "signal." + id }
}
