/// Quoting and base 64, and the functional forms of text functions.
extension Library {
    static let textFunctions: [String: Function] = [
        "matches": { a, context throws(EvaluationFailure) in try matches(a, context) },
        "iequals": { a, context throws(EvaluationFailure) in try member("iequals", a, context) },
        "icontains": { a, context throws(EvaluationFailure) in try member("icontains", a, context) },
        "strings.quote": { a, context throws(EvaluationFailure) in
            guard case .string(let text) = try one(a, "strings.quote") else { throw .noOverload("strings.quote") }
            try context.spendText(text.utf8.count * 2)
            return .string(quote(text))
        },
        "base64.encode": { a, context throws(EvaluationFailure) in
            guard case .bytes(let bytes) = try one(a, "base64.encode") else { throw .noOverload("base64.encode") }
            try context.spendText(bytes.count * 2)
            return .string(Base64.encode(bytes))
        },
        "base64.decode": { a, _ throws(EvaluationFailure) in
            guard case .string(let text) = try one(a, "base64.decode") else { throw .noOverload("base64.decode") }
            guard let bytes = Base64.decode(text) else { throw .invalidArgument("this text is not base 64") }
            return .bytes(bytes)
        },
    ]

    private static func member(
        _ name: String, _ a: [Value], _ context: EvaluationContext
    ) throws(EvaluationFailure) -> Value {
        guard let function = textMembers[name] else { throw .unbound(name: name) }
        return try function(a, context)
    }

    /// The text as a literal of the language.
    static func quote(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{07}": quoted += "\\a"
            case "\u{08}": quoted += "\\b"
            case "\u{0c}": quoted += "\\f"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\u{0b}": quoted += "\\v"
            case "\\": quoted += "\\\\"
            case "\"": quoted += "\\\""
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// Base 64 of RFC 4648, section 4.
enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(0) { $0 << 8 | UInt32($1) }
            bits <<= UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                let digit = digits[Int(bits >> UInt32(18 - 6 * place) & 63)]
                text.append(place <= group.count ? digit : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes; padding may be left out.
    ///
    /// nil for anything that is not base 64.
    static func decode(_ text: String) -> [UInt8]? {
        var digits = Array(text.utf8)
        if digits.count % 4 == 0 {
            for _ in 0..<2 where digits.last == UInt8(ascii: "=") { digits.removeLast() }
        }
        guard digits.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for digit in digits {
            guard let value = Self.digits.firstIndex(of: digit) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }
}
