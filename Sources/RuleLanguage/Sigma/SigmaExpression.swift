/// What a Sigma detection asks of an activity.
indirect enum SigmaExpression: Hashable, Sendable {
    case all([SigmaExpression])
    case some([SigmaExpression])
    case not(SigmaExpression)
    case test(SigmaTest)

    /// The expression without lists of one.
    static func all(of parts: [SigmaExpression]) -> SigmaExpression {
        parts.count == 1 ? parts[0] : .all(parts)
    }

    static func some(of parts: [SigmaExpression]) -> SigmaExpression {
        parts.count == 1 ? parts[0] : .some(parts)
    }
}

/// A test of one field.
struct SigmaTest: Hashable, Sendable {
    /// What is asked of it.
    enum Question: Hashable, Sendable {
        case text(SigmaText, isCased: Bool)
        case number(Comparison, String)
        case truth(Bool)
        /// A pattern with its flags in front.
        case pattern(String)
        case network(String)
        case exists(Bool)
        case null
        /// `''`: no text, or none known.
        case empty
        case other(SigmaFields.Field, SigmaText.Form.Side)
    }

    enum Comparison: String, Sendable {
        case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
    }

    let field: SigmaFields.Field
    let question: Question
}

extension SigmaText.Form {
    /// Where the value of another field must be found.
    enum Side: Hashable, Sendable {
        case whole, start, end, within
    }
}
