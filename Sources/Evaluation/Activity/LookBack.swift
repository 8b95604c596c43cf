public import RuleLanguage
public import Timekeeping

/// How much of the past a book needs to be fed, after an end, to stand where it would have stood without one.
///
/// What a verb keeps is a function of a stretch of time before the watermark, as far as that can be proved:
///
/// | verb | stretch |
/// | --- | --- |
/// | `threshold`, sliding | `within` |
/// | `threshold`, tumbling | `within`, and what clocks may be changed by |
/// | `previous`, `flatline` | `within` |
/// | `spike` | `baseline` and two buckets, and the like |
/// | `sequence` in order whose steps have different kinds | `within`: what older sequences took is of no matter |
/// | every other `sequence` | all: which activity filled which step hangs on all before it |
/// | `threshold`, session | all: a session lasts as long as it does |
/// | `profiles` | all: how old a key is hangs on when it was seen first |
///
/// A rule that reads signals needs what the signal rules need as well.
public struct LookBack: Hashable, Sendable {
    /// Of which activities everything that is stored is needed.
    public enum Boundless: Hashable, Sendable {
        case kinds(Set<String>)
        /// Whatever their kind.
        case every
    }

    /// A calendar window may be so much longer than its length, when clocks are put back.
    static let clockChange = TimeSpan.hours(3)

    /// Everything at or after the watermark less this is needed.
    public private(set) var span = TimeSpan.zero
    /// Beside it these activities, however old.
    public private(set) var boundless = Boundless.kinds([])

    /// What the rules that are bound for a connection need.
    public init(_ book: RuleBook, connection: String) {
        let bodies = book.bindings(for: connection).compactMap { bound -> (id: String, body: ActivityBody)? in
            guard case .activity(let body) = bound.body else { return nil }
            return (bound.rule.id, body)
        }
        // Signal rules first, in their order, so that what a rule reads is known when its turn comes.
        var spans: [String: TimeSpan] = [:]
        for id in book.signalOrder {
            for entry in bodies where entry.id == id {
                let span = Self.span(of: entry.body, signals: spans)
                spans[id] = max(spans[id] ?? .zero, span)
            }
        }
        for entry in bodies { span = max(span, Self.span(of: entry.body, signals: spans)) }
        for entry in bodies where Self.isBoundless(entry.body) { add(Self.kinds(of: entry.body)) }
        guard case .kinds(let kinds) = boundless else { return }
        // A signal that is needed from the beginning needs what makes it from the beginning.
        for id in book.signalOrder.reversed() where kinds.contains("signal." + id) {
            for entry in bodies where entry.id == id { add(Self.kinds(of: entry.body)) }
        }
    }

    /// Whether nothing but the stretch of `span` is needed.
    public var isBounded: Bool { boundless == .kinds([]) }

    private mutating func add(_ kinds: Set<String>?) {
        guard case .kinds(let known) = boundless, let kinds else {
            boundless = .every
            return
        }
        boundless = .kinds(known.union(kinds))
    }

    private static func span(of body: ActivityBody, signals: [String: TimeSpan]) -> TimeSpan {
        let read = kinds(of: body).map { kinds in signals.filter { kinds.contains("signal." + $0.key) } } ?? signals
        return own(body.verb) + (read.values.max() ?? .zero)
    }

    private static func own(_ verb: Verb?) -> TimeSpan {
        switch verb {
        case nil: .zero
        case .threshold(let threshold)?:
            switch threshold.window {
            case .sliding(let within): within
            case .tumbling(let length, _): length + clockChange
            case .session(let gap): gap
            }
        case .sequence(let sequence)?: sequence.within
        case .previous(let previous)?: previous.within
        case .spike(let spike)?: spike.baseline + spike.bucket + spike.bucket + clockChange
        case .flatline(let flatline)?: flatline.within
        }
    }

    private static func isBoundless(_ body: ActivityBody) -> Bool {
        guard body.profiles.isEmpty else { return true }
        switch body.verb {
        case .threshold(let threshold)?:
            if case .session = threshold.window { return true }
            return false
        case .sequence(let sequence)?:
            var seen: Set<String> = []
            guard !sequence.isUnordered else { return true }
            return !sequence.steps.allSatisfy { step in
                step.anchors.kinds.map { kinds in
                    defer { seen.formUnion(kinds) }
                    return seen.isDisjoint(with: kinds)
                } ?? false
            }
        default: return false
        }
    }

    /// The kinds that the rule looks at; nil: any.
    private static func kinds(of body: ActivityBody) -> Set<String>? {
        var anchors = body.profiles.map(\.anchors)
        if case .sequence(let sequence)? = body.verb {
            anchors += sequence.steps.map(\.anchors)
            if sequence.until != nil { anchors.append(sequence.untilAnchors) }
        } else {
            anchors.append(body.anchors)
        }
        var kinds: Set<String> = []
        for anchor in anchors {
            guard let known = anchor.kinds else { return nil }
            kinds.formUnion(known)
        }
        return kinds
    }
}
