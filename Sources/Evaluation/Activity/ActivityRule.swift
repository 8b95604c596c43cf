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
    /// The number of its policy: a signal is for the rules of the policy that binds the signal rule.
    let policy: Int32
    /// Before it the rule's state is built and nothing is raised.
    let activeFrom: Timestamp
    /// Who is left out by the policy's scope, told from the target.
    let exclusions: [Program]
    /// Whether `target` or `actor` has to be there.
    let readsUsers: Bool
    /// What its profiles remember.
    var profiles: [ProfileState]
    /// The fields that it reads of an activity that it remembers.
    let heldFields: HeldFields
    /// The index of `keys.0` in table 0; nil for a rule without `by`.
    let firstKeyIndex: Int?
    @exclusivity(unchecked) var statistics = RuleStatistics()
    private let alertIf: Condition?
    /// Hashes of the keys it fired for, when it only counts.
    private var countedKeys = HashSet64()
    /// Told of every evaluation in which `alert_if` did not hold; for tests.
    var onMiss: ((RuleFrame) -> Void)?
    /// Told of every sequence that begins or goes on, with the steps that it has; for tests.
    var onStep: ((RuleFrame, [Bool]) -> Void)?
    /// Told of everything that held, and what became of it; for explanations.
    var onOutcome: ((FindingMaker.Outcome, RuleFrame) -> Void)?

    init(
        _ bound: BoundRule, _ body: ActivityBody, connection: String, policy: Int32, activeFrom: Timestamp,
        _ options: EngineLimits
    ) {
        self.bound = bound
        self.body = body
        self.policy = policy
        self.activeFrom = activeFrom
        binding = RuleBinding(connection: connection, policy: bound.policy, rule: bound.rule.id)
        exclusions = bound.scope.filter { $0.row == "user" }.map(\.when)
        readsUsers = body.usesTarget || body.usesActor || !exclusions.isEmpty || !bound.fields(of: "User").isEmpty
        profiles = body.profiles.map { ProfileState($0, options) }
        let read = Set(bound.fields(of: "Activity"))
        heldFields = HeldFields(names: read.union(bound.rule.isSignal ? SignalActivity.copied : []))
        firstKeyIndex = bound.layout.firstKeyIndex
        alertIf = body.alertIf.map { Condition(unretained: $0) }
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

    /// Whether `alert_if` holds; a failure is counted.
    @inline(__always)
    func isAlert(_ frame: RuleFrame) -> Bool {
        guard let alertIf else { return true }
        switch alertIf.truth(frame.frame) {
        case .yes: return true
        case .no: return false
        case .failed:
            statistics.note(frame.failure)
            return false
        }
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
}

/// A program that is evaluated without counting references to it, which can cost more than running it.
///
/// Whoever makes one keeps the program for as long.
struct Condition {
    private let code: Unmanaged<ProgramCode>

    init(unretained program: Program) { code = .passUnretained(program.code) }

    /// Whether the condition holds.
    @inline(__always)
    func truth(_ frame: Frame) -> Truth { code._withUnsafeGuaranteedRef { $0.truth(frame) } }

    /// The value as a slot; nil when there is none.
    @inline(__always)
    func slot(_ frame: Frame) -> Slot? { code._withUnsafeGuaranteedRef { $0.slot(frame) } }
}

/// How much an engine holds.
struct EngineLimits {
    /// Keys of one rule or profile.
    var keys = 100_000
    /// Unfinished sequences of one key.
    var partials = 64
    /// Values of all keys of one profile.
    var profileValues = 5_000_000
    /// Values of one key of one profile.
    var valuesOfKey = 10_000
    /// Activities in the windows of one rule.
    var activities = 5_000_000
    /// Activities of one window that are looked at one by one.
    var walked = 100_000
    /// The first moment from which the connection's activities are complete.
    var coverageStart: Timestamp?
}
