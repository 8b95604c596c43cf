public import CEL

/// Everything that was loaded: rules, policies, and each rule compiled for each policy that binds it.
public struct RuleBook: Sendable {
    /// By id.
    public let rules: [Rule]
    /// By id.
    public let policies: [Policy]
    /// By policy, then rule.
    ///
    /// Signals come in here too, see `signalOrder`.
    public let bindings: [BoundRule]
    /// Lists of `define`, before policies change them, by name.
    public let lists: [String: Value]
    /// Ids of signal rules such that each comes after those whose signals it reads.
    public let signalOrder: [String]
    /// What the rules may cost.
    public let limits: RuleLimits
    /// SHA-256 in hex over the bindings' digests: equal books judge equally.
    public let digest: String

    /// A book without rules.
    public static let empty = RuleBook(
        rules: [], policies: [], bindings: [], lists: [:], signalOrder: [], limits: .default, digest: Digest.hex(of: "")
    )

    /// The rule of that id.
    public func rule(_ id: String) -> Rule? { rules.first { $0.id == id } }
}

/// What an organisation wants: a choice of rules with parameters, scope and receivers.
public struct Policy: Sendable {
    /// One requirement of an audit framework, a section of the report.
    public struct Control: Hashable, Sendable {
        public let id: String
        public let title: String
        /// Ids of the rules that show whether it is met.
        public let rules: [String]
    }

    public let id: String
    public let title: String
    public let description: String
    /// Names of connections, with `*` and `?` as in file names; `["*"]` is every one.
    public let connections: [String]
    public let controls: [Control]
    /// Whether it was made because no policy file was given.
    public let isImplicit: Bool

    /// Whether the policy is for a connection of that name.
    public func covers(connection name: String) -> Bool {
        connections.contains { Glob.matches(name, pattern: $0) }
    }
}
