public import Alerting
import CEL
public import Directory
import FieldStorage
public import RuleLanguage
public import Timekeeping

/// One evaluation of all state rules over the directory of one connection.
///
/// Each kind of row is walked once for all rules, and only the fields that some rule reads are filled.
public struct StatePass {
    /// What one binding says, and what happened on the way.
    public struct Result: Sendable {
        public let bound: BoundRule
        public let evaluation: StateEvaluation
        public let statistics: RuleStatistics
        /// Pattern searches that the wall clock ended in this pass: facts that a replay has to be told.
        public let endedSearches: Set<EndedSearch>
    }

    private let bindings: [BoundRule]
    private let connection: String
    private let findingLimit: Int
    /// Pattern searches that the wall clock ended before; they end so again.
    public var endedSearches: Set<EndedSearch> = []
    /// The live alerts; of these alone an evaluation says that they could not be decided.
    public var alertKeys: Set<DedupKey> = []

    /// How many findings of one rule a report holds.
    public static let reportLimit = 100_000

    /// A pass of the rules that are bound for a connection.
    ///
    /// - Parameter findingLimit: Findings of one rule before the summary, at least 1; nil: the book's alert limit.
    public init(_ book: RuleBook, connection: String, findingLimit: Int? = nil) {
        self.init(book.bindings(for: connection), connection: connection, findingLimit: findingLimit)
    }

    init(_ bindings: [BoundRule], connection: String, findingLimit: Int? = nil) {
        self.bindings = bindings
        self.connection = connection
        self.findingLimit = findingLimit ?? bindings.first?.limits.alerts ?? RuleLimits.default.alerts
    }

    /// Judges a directory.
    ///
    /// - Parameter moment: `now` of the rules: the generation's time.
    /// - Returns: One result a bound state rule, by policy and rule.
    public func evaluate(_ index: DirectoryIndex, at moment: Timestamp) -> [Result] {
        evaluate(
            DirectoryRows(index: index, connection: connection), generation: index.snapshot.generation, at: moment)
    }

    func evaluate(_ rows: some StateRows, generation: Int64, at moment: Timestamp) -> [Result] {
        let frame = RuleFrame(for: bindings)
        frame.context.honour(endedSearches)
        let maker = FindingMaker(connection: connection, superUsersBy: rows.superUsersBy)
        var byWord: [String: [StateRule]] = [:]
        let alertKeys = Dictionary(grouping: alertKeys, by: \.binding)
        for bound in bindings {
            guard case .state(let body) = bound.body, !bound.rule.isSignal else { continue }
            byWord[body.each, default: []].append(
                StateRule(
                    bound, body, maker: maker, generation: generation, at: moment,
                    alertKeys: Set(alertKeys[maker.binding(bound)] ?? []), limit: findingLimit))
        }
        var results: [Result] = []
        let directory = DirectoryRow.make(rows, for: byWord.values.flatMap { $0.map(\.bound) })
        for (word, rules) in byWord {
            walk(word, rules, rows, directory, frame, now: moment)
            for rule in rules {
                frame.reset(now: moment)
                frame.setDirectory(directory)
                let evaluation = rule.finish(frame, missing: rows.missing(word))
                results.append(
                    Result(
                        bound: rule.bound, evaluation: evaluation, statistics: rule.statistics,
                        endedSearches: frame.context.endedSearches))
                frame.context.reset()
            }
        }
        return results.sorted { $0.evaluation.binding < $1.evaluation.binding }
    }

    private func walk(
        _ word: String, _ rules: [StateRule], _ rows: some StateRows, _ directory: RowBuffer?, _ frame: RuleFrame,
        now moment: Timestamp
    ) {
        let type = IdentitySchema.schema.row(word)?.type ?? ""
        let wanted = Set(rules.flatMap { $0.bound.fields(of: type) }).sorted()
        guard let filler = rows.filler(of: word, wanted: wanted) else { return }
        frame.reset(now: moment)
        frame.setDirectory(directory)
        frame.tables[FrameLayout.subjectTable] = UnsafePointer(filler.buffer.slots)
        for place in 0..<filler.count {
            filler.fill(place)
            for rule in rules { rule.judge(frame) }
            frame.context.reset()
        }
        frame.tables[FrameLayout.subjectTable] = nil
    }
}

extension RuleBook {
    /// The rules whose policy covers a connection.
    func bindings(for connection: String) -> [BoundRule] {
        let covered = Dictionary(
            policies.map { ($0.id, $0.covers(connection: connection)) }, uniquingKeysWith: { $0 || $1 })
        return bindings.filter { covered[$0.policy] ?? true }
    }
}

extension BoundRule {
    /// The fields of a record type that the rule reads.
    func fields(of type: String) -> [String] {
        fieldsRead.compactMap { $0.hasPrefix(type + ".") ? String($0.dropFirst(type.count + 1)) : nil }
    }

    /// Whether it asks who the super users are, so that its answer is worth no more than who says so.
    public var readsSuperUsers: Bool { fieldsRead.contains("User.super_user") }
}
