/// What the account may do (OneLogin `status`, numbers 0 to 8).
public enum UserStatus: String, Hashable, Sendable, Codable, CaseIterable {
    case unactivated
    case active
    case suspended
    case locked
    case passwordExpired = "password_expired"
    case awaitingPasswordReset = "awaiting_password_reset"
    case pending
    case passwordPending = "password_pending"
    case securityQuestionsRequired = "security_questions_required"
    /// A number that this version does not know; it is counted and shown, never dropped.
    case unknown

    /// The status for OneLogin's number; `unknown` for a number outside 0 to 8.
    public init(number: Int64) {
        let all = Self.allCases
        self = number >= 0 && number < 9 ? all[Int(number)] : .unknown
    }

    /// OneLogin's number; nil for `unknown`.
    public var number: Int64? {
        Self.allCases.firstIndex(of: self).flatMap { $0 < 9 ? Int64($0) : nil }
    }
}

/// Approval and licence (OneLogin `state`, numbers 0 to 3).
public enum UserState: String, Hashable, Sendable, Codable, CaseIterable {
    case unapproved, approved, rejected, unlicensed, unknown

    /// The state for OneLogin's number; `unknown` for a number outside 0 to 3.
    public init(number: Int64) {
        self = number >= 0 && number < 4 ? Self.allCases[Int(number)] : .unknown
    }
}
