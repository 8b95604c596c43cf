/// How bad what a rule found is (the five levels of Sigma).
public enum Severity: String, Hashable, Sendable, Codable, CaseIterable, Comparable {
    case informational, low, medium, high, critical

    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    /// 0 for informational to 4 for critical.
    public var rank: Int {
        switch self {
        case .informational: 0
        case .low: 1
        case .medium: 2
        case .high: 3
        case .critical: 4
        }
    }
}
