/// What a command's exit code says (architecture, section 6).
enum Outcome: Int32, Sendable {
    case clean = 0
    case findings = 1
    case usage = 2
    case incomplete = 3
    case remote = 4
}
