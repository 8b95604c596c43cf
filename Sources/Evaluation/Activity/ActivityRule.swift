import Alerting
import CEL
import FieldStorage
import RuleLanguage
import Timekeeping

/// One bound activity rule of an engine.
final class ActivityRule {
    let bound: BoundRule
    let body: ActivityBody
    let binding: RuleBinding
    /// Before it the rule's state is built and nothing is raised.
    let activeFrom: Timestamp
    /// Who is left out by the policy's scope, told from the target.
    let exclusions: [Program]
    /// Whether `target` or `actor` has to be there.
    let readsUsers: Bool
    /// What the rule remembers; nil for a rule without verb.
    let verb: (any VerbState)?
    /// What its profiles remember.
    var profiles: [ProfileState]
    var statistics = RuleStatistics()
    /// Hashes of the keys it fired for, when it only counts.
    private var countedKeys = HashSet64()
    /// Told of every evaluation in which `alert_if` did not hold; for tests.
    var onMiss: ((RuleFrame) -> Void)?
    /// Told of everything that held, and what became of it; for explanations.
    var onOutcome: ((FindingMaker.Outcome, RuleFrame) -> Void)?

    init(_ bound: BoundRule, _ body: ActivityBody, connection: String, activeFrom: Timestamp, _ options: EngineLimits) {
        self.bound = bound
        self.body = body
        self.activeFrom = activeFrom
        binding = RuleBinding(connection: connection, policy: bound.policy, rule: bound.rule.id)
        exclusions = bound.scope.filter { $0.row == "user" }.map(\.when)
        readsUsers = body.usesTarget || body.usesActor || !exclusions.isEmpty || !bound.fields(of: "User").isEmpty
        profiles = body.profiles.map { ProfileState($0, limit: options.keys) }
        verb = body.verb.map { Self.state(of: $0, options) }
    }

    private static func state(of verb: Verb, _ limits: EngineLimits) -> any VerbState {
        switch verb {
        case .threshold(let threshold): ThresholdState(threshold, limits)
        case .sequence(let sequence): SequenceState(sequence, limits)
        case .previous(let previous): PreviousState(previous, limits)
        case .spike(let spike): SpikeState(spike, limits)
        case .flatline(let flatline): FlatlineState(flatline, limits)
        }
    }

    /// Whether the rule has memory, and so must see activities in order of time.
    var isOrdered: Bool { body.verb != nil || !body.profiles.isEmpty }

    /// What an activity must have for the rule to care.
    var anchors: [Anchors] {
        var all = body.profiles.map(\.anchors)
        if case .sequence(let sequence)? = body.verb {
            all += sequence.steps.map(\.anchors)
            if sequence.until != nil { all.append(sequence.untilAnchors) }
        } else {
            all.append(body.anchors)
        }
        return all
    }

    /// Whether a condition holds; a failure is counted.
    func holds(_ condition: Program?, _ frame: RuleFrame) -> Bool {
        guard let condition else { return true }
        switch condition.truth(frame.frame) {
        case .yes: return true
        case .no: return false
        case .failed:
            statistics.note(frame.failure)
            return false
        }
    }

    /// Notes a key that the rule fired for.
    func count(key: [EvidenceValue]) {
        guard statistics.keys < RuleStatistics.keyLimit else { return }
        if countedKeys.insert(UInt64(bitPattern: Int64(key.hashValue)) | 1) { statistics.keys += 1 }
    }

    /// The key of an activity; a failure is counted.
    func key(_ by: [Program], _ frame: RuleFrame) -> GroupKey? {
        switch GroupKey.evaluate(by, frame.frame) {
        case .key(let key): return key
        case .null: return nil
        case .failed(let failure):
            statistics.note(failure)
            return nil
        }
    }
}

/// How much an engine holds.
struct EngineLimits {
    /// Keys of one rule or profile.
    var keys = 100_000
    /// Unfinished sequences of one key.
    var partials = 64
    /// The first moment from which the connection's activities are complete.
    var coverageStart: Timestamp?
}

/// What a verb remembers, and what it makes of activities in order of time.
protocol VerbState: AnyObject {
    /// Takes in an activity that is in the subject table; profiles are in their variables.
    func observe(_ activity: HeldActivity, _ rule: ActivityRule, _ engine: ActivityEngine)
    /// Whether time alone can make it fire.
    var waitsForSilence: Bool { get }
    /// The first moment at which silence means something; nil when none does.
    var nextDeadline: Timestamp? { get }
    /// Concludes what silence means until before `moment`.
    func conclude(before moment: Timestamp, _ rule: ActivityRule, _ engine: ActivityEngine)
    /// How many keys had to leave.
    var evictedKeys: Int { get }
}

extension VerbState {
    var waitsForSilence: Bool { false }
    var nextDeadline: Timestamp? { nil }
    func conclude(before moment: Timestamp, _ rule: ActivityRule, _ engine: ActivityEngine) {}
}
