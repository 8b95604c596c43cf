public import Directory
public import Evaluation
public import OneLogin
public import RuleLanguage
public import Timekeeping

/// Explains why a rule spoke of a key, or did not, over files or over what the store holds.
public struct Explaining {
    /// What is asked.
    public struct Request: Sendable {
        public var rule: String
        /// The policy whose binding of the rule is meant; nil where there is one only.
        public var policy: String?
        /// The parts of the alert's key, as text.
        public var key: [String]
        public var at: Timestamp

        public init(rule: String, policy: String? = nil, key: [String], at: Timestamp) {
            self.rule = rule
            self.policy = policy
            self.key = key
            self.at = at
        }
    }

    /// Why there is nothing to explain.
    public enum Refusal: Error, Equatable, Sendable {
        case unknownRule(String)
        /// The rule is there, and no policy binds it.
        case notBound(String)
        /// Several policies bind the rule; one must be named.
        case ambiguous(String, policies: [String])
        /// The policy that binds the rule is not for the connection.
        case notCovered(String, policy: String, connection: String)
        /// The rule looks at the directory, and none is there.
        case noDirectory
    }

    let book: RuleBook
    let superUsers: [SuperUserResolver]
    private let enricher: (any ActivityEnricher)?

    public init(book: RuleBook, superUsers: [SuperUserResolver], enricher: (any ActivityEnricher)? = nil) {
        self.book = book
        self.superUsers = superUsers
        self.enricher = enricher
    }

    /// The fields that nothing fills.
    var missing: Set<ActivityField> { enricher.missing }

    /// The binding that is meant.
    public func binding(_ request: Request, connection: String) throws(Refusal) -> BoundRule {
        guard book.rule(request.rule) != nil else { throw .unknownRule(request.rule) }
        let all = book.bindings.filter { bound in
            bound.rule.id == request.rule && (request.policy.map { $0 == bound.policy } ?? true)
        }
        guard let some = all.first else { throw .notBound(request.rule) }
        let covering = all.filter { book.covers($0, connection: connection) }
        guard let first = covering.first else {
            throw .notCovered(request.rule, policy: some.policy, connection: connection)
        }
        guard covering.count == 1 else { throw .ambiguous(request.rule, policies: covering.map(\.policy)) }
        return first
    }

    /// Explains over files.
    public func explain(_ request: Request, over input: InputFiles, name: String) throws -> RuleExplanation {
        let bound = try binding(request, connection: name)
        let index = try input.directory(observedAt: request.at).map {
            DirectoryIndex($0.snapshot, superUsers: superUsers)
        }
        if let state = StateExplainer(bound, connection: name, key: request.key, at: request.at) {
            guard let index else { throw Refusal.noDirectory }
            return state.explain(index)
        }
        let empty = DirectoryIndex(DirectorySnapshot(observedAt: request.at), superUsers: superUsers)
        guard
            let explainer = ActivityExplainer(
                bound, of: book, connection: name, history: DirectoryTimeline(constant: index ?? empty),
                key: request.key, at: request.at)
        else { throw Refusal.notBound(request.rule) }
        _ = try input.activities { batch in
            enricher?.enrich(batch, rows: 0..<batch.count)
            batch.markUnknown(missing)
            explainer.take(batch)
        }
        return explainer.finish()
    }
}

extension RuleBook {
    /// Whether the policy of a binding is for a connection.
    func covers(_ bound: BoundRule, connection: String) -> Bool {
        policies.first { $0.id == bound.policy }?.covers(connection: connection) ?? true
    }
}
