extension TimeSpan {
    /// A length from text such as `90d`, `20d30m`, `1.5h`, `250ms` or `-5m`.
    ///
    /// Units are `w d h m s ms us ns`, in any order; what is given twice adds up. Below a nanosecond is cut off.
    /// - Returns: nil for anything else, and for lengths past 10,000 years.
    public init?(_ text: String) {
        var rest = Substring(text)
        let isNegative = rest.first == "-"
        if isNegative || rest.first == "+" { rest.removeFirst() }
        guard !rest.isEmpty, rest.utf8.count <= 64 else { return nil }
        if rest == "0" { self = .zero; return }
        var total: Int128 = 0
        while !rest.isEmpty {
            let whole = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(whole.count)
            var fraction: Substring = ""
            if rest.first == "." {
                rest.removeFirst()
                fraction = rest.prefix { $0.isASCII && $0.isNumber }
                guard !fraction.isEmpty else { return nil }
                rest = rest.dropFirst(fraction.count)
            }
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let nanos = Self.nanoseconds(of: String(unit)), whole.count + fraction.count > 0,
                whole.count <= 12, fraction.count <= 18
            else { return nil }
            total += Int128(whole.isEmpty ? "0" : String(whole)).map { $0 * nanos } ?? 0
            var scale = nanos
            for digit in fraction {
                scale /= 10
                total += Int128(digit.wholeNumberValue ?? 0) * scale
            }
        }
        guard total <= 315_576_000_000 * 1_000_000_000 else { return nil }
        if isNegative { total = -total }
        self.init(seconds: Int64(total / 1_000_000_000), nanoseconds: Int64(total % 1_000_000_000))
    }

    private static func nanoseconds(of unit: String) -> Int128? {
        switch unit {
        case "w": 604_800_000_000_000
        case "d": 86_400_000_000_000
        case "h": 3_600_000_000_000
        case "m": 60_000_000_000
        case "s": 1_000_000_000
        case "ms": 1_000_000
        case "us": 1000
        case "ns": 1
        default: nil
        }
    }

    /// Short text for people, such as `90d`, `1d2h`, `15m` or `1.5s`, that `init(_:)` reads back.
    public var shortText: String {
        if self == .zero { return "0s" }
        var text = self < .zero ? "-" : ""
        var rest = seconds.magnitude
        for (unit, size) in [("d", UInt64(86_400)), ("h", 3600), ("m", 60)] where rest >= size {
            text += "\(rest / size)\(unit)"
            rest %= size
        }
        let nanos = nanoseconds.magnitude
        if nanos == 0 {
            if rest > 0 { text += "\(rest)s" }
        } else {
            var digits = String(nanos)
            digits = String(repeating: "0", count: 9 - digits.count) + digits
            while digits.last == "0" { digits.removeLast() }
            text += "\(rest).\(digits)s"
        }
        return text
    }
}

extension TimeSpan: Codable {
    /// Reads text such as `90d`.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let span = TimeSpan(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "`\(text)` is not a length of time"))
        }
        self = span
    }

    /// Writes `shortText`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(shortText)
    }
}
