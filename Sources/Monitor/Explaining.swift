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
        /// The rule looks at the directory, and none is there.
        case noDirectory
    }

    private let book: RuleBook
    private let superUsers: [SuperUserResolver]
    private let enricher: (any ActivityEnricher)?

    public init(book: RuleBook, superUsers: [SuperUserResolver], enricher: (any ActivityEnricher)? = nil) {
        self.book = book
        self.superUsers = superUsers
        self.enricher = enricher
    }

    /// The binding that is meant.
    public func binding(_ request: Request) throws(Refusal) -> BoundRule {
        guard book.rule(request.rule) != nil else { throw .unknownRule(request.rule) }
        let all = book.bindings.filter { bound in
            bound.rule.id == request.rule && (request.policy.map { $0 == bound.policy } ?? true)
        }
        guard let first = all.first else { throw .notBound(request.rule) }
        guard all.count == 1 else { throw .ambiguous(request.rule, policies: all.map(\.policy)) }
        return first
    }

    /// Explains over files.
    public func explain(_ request: Request, over input: InputFiles, name: String) throws -> RuleExplanation {
        let bound = try binding(request)
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
            explainer.take(batch)
        }
        return explainer.finish()
    }

    /// Explains over the stored facts of a connection.
    public func explain(
        _ request: Request, over facts: any FactStore, connection: String
    ) async throws -> RuleExplanation {
        let bound = try binding(request)
        let superUsers = try await superUsers.reading(facts, connection: connection)
        let snapshot = try await facts.currentSnapshot(connection: connection)
        if let state = StateExplainer(bound, connection: connection, key: request.key, at: request.at) {
            guard let snapshot else { throw Refusal.noDirectory }
            return state.explain(DirectoryIndex(snapshot, superUsers: superUsers))
        }
        let timeline = DirectoryTimeline(
            versions: try await facts.versions(connection: connection), availability: snapshot?.availability ?? [:],
            superUsers: superUsers)
        guard
            let explainer = ActivityExplainer(
                bound, of: book, connection: connection, history: timeline, key: request.key, at: request.at)
        else { throw Refusal.notBound(request.rule) }
        var position: Int64 = 0
        while true {
            let next = try await facts.activities(
                connection: connection, after: position, limit: ConnectionWatch.chunk)
            guard let last = next.positions.last else { break }
            explainer.take(next.batch)
            position = last
        }
        return explainer.finish()
    }
}
