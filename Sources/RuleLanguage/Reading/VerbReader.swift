import CEL
import Diagnostics
import Timekeeping

/// Reads the verb of an activity rule (rule-language.md, section 4).
struct VerbReader {
    let rules: RuleReader
    private var sink: DiagnosticSink { rules.sink }

    static let names = ["threshold", "sequence", "previous", "spike", "flatline"]
    /// Steps of one sequence.
    static let stepLimit = 16

    init(rules: RuleReader) { self.rules = rules }

    /// The verb, and how many verbs were written: nil and 1 when the one that was written has errors.
    func verbs(_ keys: inout MappingReader) -> (verb: VerbSource?, nodes: Int) {
        var found: [(name: String, node: YAMLNode, place: Span)] = []
        for name in Self.names {
            if let node = keys.node(name), let place = keys.place(of: name) { found.append((name, node, place)) }
        }
        guard let first = found.first else { return (nil, 0) }
        for other in found.dropFirst() {
            sink.error(
                .verbConflict, "an activity rule has one verb, and this one has `\(first.name)` and `\(other.name)`",
                at: other.place, label: "a second verb", secondary: [Diagnostic.Label(first.place, "the first")],
                help: "make two rules; one may read the other's signal")
        }
        guard let shape = MappingShape.verb(first.name), var verb = MappingReader(first.node, shape, sink) else {
            return (nil, found.count)
        }
        let by = verb.expressions("by")
        let kind = self.kind(first.name, &verb)
        verb.finish()
        guard found.count == 1, let by, let kind else { return (nil, found.count) }
        return (VerbSource(name: first.name, place: first.place, by: by, kind: kind), 1)
    }

    private func kind(_ name: String, _ keys: inout MappingReader) -> VerbSource.Kind? {
        switch name {
        case "threshold": return threshold(&keys)
        case "sequence": return sequence(&keys)
        case "spike": return spike(&keys)
        default:
            let within = keys.requiredSpan("within")
            return within.map { name == "previous" ? .previous(within: $0) : .flatline(within: $0) }
        }
    }

    private func threshold(_ keys: inout MappingReader) -> VerbSource.Kind? {
        let kind = keys.text("window")
        let kinds = ["sliding", "tumbling", "session"]
        let name = kind?.text ?? "sliding"
        if let kind, !kinds.contains(name) {
            sink.error(
                .badValue, "`\(name)` is not a kind of window", at: kind.span,
                help: nearestName(to: name, in: kinds).map { "did you mean `\($0)`?" }
                    ?? "write `sliding`, `tumbling` or `session`")
        }
        let isSession = name == "session"
        let within =
            isSession || !kinds.contains(name)
            ? keys.span("within") : keys.requiredSpan("within", or: "write the window's length, such as `within: 15m`")
        let gap = isSession ? keys.requiredSpan("gap", or: "write after how long a session ends") : keys.span("gap")
        let zone = keys.zone("timezone")
        if isSession, let place = keys.place(of: "within") {
            sink.error(.verbConflict, "a session has `gap` instead of `within`", at: place, help: "remove it")
        }
        if !isSession, kinds.contains(name), let place = keys.place(of: "gap") {
            sink.error(
                .verbConflict, "`gap` is for `window: session`", at: place,
                help: "remove it, or write `window: session`")
        }
        if name != "tumbling", let place = keys.place(of: "timezone") {
            sink.error(
                .verbConflict, "`timezone` is for `window: tumbling`", at: place,
                help: "remove it, or write `window: tumbling`")
        }
        let lets = rules.lets(&keys)
        switch name {
        case "sliding": return within.map { .threshold(window: .sliding($0), lets: lets) }
        case "tumbling":
            guard keys.place(of: "timezone") == nil || zone != nil else { return nil }
            return within.map { .threshold(window: .tumbling($0, zone: zone ?? .utc), lets: lets) }
        case "session": return gap.map { .threshold(window: .session(gap: $0), lets: lets) }
        default: return nil
        }
    }

    private func spike(_ keys: inout MappingReader) -> VerbSource.Kind? {
        let bucket = keys.requiredSpan("bucket")
        let baseline = keys.requiredSpan("baseline")
        let zone = keys.zone("timezone")
        let hasBadZone = keys.place(of: "timezone") != nil && zone == nil
        var minimum = 1
        if let text = keys.text("min_buckets") {
            guard let number = Int(text.text), number >= 1 else {
                sink.error(
                    .badValue, "`min_buckets` is a number of at least 1, not `\(text.text)`", at: text.span,
                    help: "write how many complete buckets must be known before a verdict")
                return nil
            }
            minimum = number
        }
        guard let bucket, let baseline, !hasBadZone else { return nil }
        let count = baseline.seconds / max(1, bucket.seconds)
        if count < Int64(minimum), let place = keys.place(of: "min_buckets") ?? keys.place(of: "baseline") {
            sink.error(
                .limit, "the baseline holds \(count) buckets, and `min_buckets` is \(minimum)", at: place,
                help: "make `baseline` longer, or `bucket` shorter")
            return nil
        }
        return .spike(bucket: bucket, baseline: baseline, minimumBuckets: minimum, zone: zone ?? .utc)
    }

    // MARK: Sequences

    private func sequence(_ keys: inout MappingReader) -> VerbSource.Kind? {
        let within = keys.requiredSpan("within")
        let isUnordered = keys.flag("unordered") ?? false
        let until = keys.expression("until")
        guard let node = keys.node("steps") else { return nil }
        let items = keys.items(node, "`steps`")
        let steps = items.compactMap { step($0) }
        guard steps.count == items.count, let within else { return nil }
        guard steps.count >= 2, steps.count <= Self.stepLimit else {
            if !node.isRefused {
                sink.error(
                    .limit, "a sequence has 2 to \(Self.stepLimit) steps, and this one has \(steps.count)",
                    at: keys.place(of: "steps") ?? node.span,
                    help: steps.count < 2 ? "use `match` for one activity" : nil)
            }
            return nil
        }
        guard checkNames(steps), checkAbsence(steps, isUnordered: isUnordered) else { return nil }
        return .sequence(within: within, steps: steps, isUnordered: isUnordered, until: until)
    }

    private func step(_ node: YAMLNode) -> StepSource? {
        guard var keys = MappingReader(node, .step, sink) else { return nil }
        let id = keys.text("id")
        let match = keys.expression("match")
        let isAbsent = keys.flag("absent") ?? false
        keys.finish()
        guard let id, let match, rules.isFree(id, as: "the id of a step") else { return nil }
        return StepSource(id: id, match: match, isAbsent: isAbsent)
    }

    private func checkNames(_ steps: [StepSource]) -> Bool {
        var isGood = true
        for (index, step) in steps.enumerated() {
            guard let first = steps[..<index].first(where: { $0.id.text == step.id.text }) else { continue }
            isGood = false
            sink.error(
                .duplicateName, "two steps have the id `\(step.id.text)`", at: step.id.span, label: "given again",
                secondary: [Diagnostic.Label(first.id.span, "given first")], help: "give one of them another name")
        }
        return isGood
    }

    private func checkAbsence(_ steps: [StepSource], isUnordered: Bool) -> Bool {
        guard let absent = steps.firstIndex(where: \.isAbsent) else { return true }
        if absent == steps.count - 1, !isUnordered { return true }
        sink.error(
            .verbConflict,
            isUnordered ? "`absent` needs an order of the steps" : "only the last step may be `absent`",
            at: steps[absent].id.span, label: "this step is absent",
            help: isUnordered ? "remove `unordered`" : "put it last")
        return false
    }
}
