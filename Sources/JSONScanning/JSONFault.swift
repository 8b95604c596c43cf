/// Where and why bytes are not the JSON that RFC 8259 describes, or beyond a limit.
public struct JSONFault: Error, Hashable, Sendable {
    /// What is wrong.
    public enum Reason: UInt8, Hashable, Sendable, CaseIterable {
        /// The bytes end inside a value: more bytes may make it whole.
        case unexpectedEnd
        case unexpectedByte
        case invalidNumber
        case invalidLiteral
        case invalidEscape
        /// A byte below 0x20 inside text.
        case controlCharacter
        case invalidUTF8
        /// Something other than blank after the value.
        case trailingBytes
        /// Nested deeper than `JSONLimits.depth`.
        case tooDeep
        /// More members than the caller has room for.
        case tooManyMembers
        /// A text of 4 GiB or more.
        case tooLong
        /// Another kind of value than the caller asked for.
        case wrongKind
    }

    public let reason: Reason
    /// The byte of the text where reading stopped, from 0.
    public let offset: Int

    @inlinable
    public init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONFault: CustomStringConvertible {
    /// A clause for messages, with the offset.
    public var description: String { "\(reason.clause) at byte \(offset)" }
}

extension JSONFault.Reason {
    /// What is wrong, as a clause.
    public var clause: String {
        switch self {
        case .unexpectedEnd: "the JSON ends too early"
        case .unexpectedByte: "no JSON value or punctuation"
        case .invalidNumber: "no JSON number"
        case .invalidLiteral: "no `true`, `false` or `null`"
        case .invalidEscape: "an escape that JSON does not have"
        case .controlCharacter: "a control character inside text"
        case .invalidUTF8: "text that is not UTF-8"
        case .trailingBytes: "something after the value"
        case .tooDeep: "nested deeper than \(JSONLimits.depth) levels"
        case .tooManyMembers: "more members than are taken"
        case .tooLong: "longer than 4 GiB"
        case .wrongKind: "another kind of value than was expected"
        }
    }
}

/// How much is taken.
public enum JSONLimits {
    /// Objects and arrays inside each other.
    public static let depth = 64
}

/// What a value is.
@frozen
public enum JSONKind: UInt8, Hashable, Sendable {
    case null, `true`, `false`, number, string, array, object
}
