/// What a command's exit code says (architecture, section 6).
enum Outcome: Int32, Sendable {
    case clean = 0
    case findings = 1
    case usage = 2
    case incomplete = 3
    case remote = 4

    /// Of several that hold, the one that counts: 2, then 4, 3, 1.
    static func worst(_ outcomes: some Sequence<Outcome>) -> Outcome {
        let order: [Outcome] = [.usage, .remote, .incomplete, .findings]
        let present = Set(outcomes)
        return order.first { present.contains($0) } ?? .clean
    }
}
