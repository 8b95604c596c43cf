import Timekeeping

/// Text and numbers of moments and lengths of time.

/// A moment from RFC 3339 text; nil for anything else and outside of the years 1 to 9999.
func parseTimestamp(_ text: String) -> Timestamp? { Timestamp(rfc3339: text) }

/// The longest length of time, in seconds: about 10,000 years.
private let durationLimit: Int64 = 315_576_000_000

/// A length of time from text such as `1h30m`, `-1.5s` or `250ms`; nil for anything else.
func parseDuration(_ text: String) -> TimeSpan? {
    var rest = text.utf8[...]
    var isNegative = false
    if let first = rest.first, first == 0x2d || first == 0x2b {
        isNegative = first == 0x2d
        rest = rest.dropFirst()
    }
    if rest.elementsEqual("0".utf8) { return .zero }
    guard !rest.isEmpty, rest.count <= 64 else { return nil }
    var total: Int128 = 0
    while !rest.isEmpty {
        let whole = rest.prefix { $0.isDigit }
        rest = rest.dropFirst(whole.count)
        var fraction = rest.prefix(0)
        if rest.first == 0x2e {
            fraction = rest.dropFirst().prefix { $0.isDigit }
            rest = rest.dropFirst(fraction.count + 1)
        }
        let unit = rest.prefix { !$0.isDigit && $0 != 0x2e }
        rest = rest.dropFirst(unit.count)
        guard whole.count + fraction.count > 0, whole.count <= 18, let size = unitNanoseconds(unit) else { return nil }
        total += (Int128(String(decoding: whole, as: UTF8.self)) ?? 0) * size
        var scale = size
        for digit in fraction {
            scale /= 10
            total += Int128(digit - 48) * scale
        }
    }
    guard total <= Int128(durationLimit) * 1_000_000_000 else { return nil }
    return span(nanoseconds: isNegative ? -total : total)
}

private func unitNanoseconds(_ unit: Substring.UTF8View.SubSequence) -> Int128? {
    switch String(decoding: unit, as: UTF8.self) {
    case "h": 3_600_000_000_000
    case "m": 60_000_000_000
    case "s": 1_000_000_000
    case "ms": 1_000_000
    case "us", "\u{b5}s", "\u{3bc}s": 1000
    case "ns": 1
    default: nil
    }
}

/// A length of time; nil past the limit.
func span(nanoseconds: Int128) -> TimeSpan? {
    guard nanoseconds.magnitude <= UInt128(durationLimit) * 1_000_000_000 else { return nil }
    return TimeSpan(
        seconds: Int64(nanoseconds / 1_000_000_000), nanoseconds: Int64(nanoseconds % 1_000_000_000))
}

extension TimeSpan {
    var totalNanoseconds: Int128 { Int128(seconds) * 1_000_000_000 + Int128(nanoseconds) }

    /// Seconds as CEL writes them: `6347s`, `1.5s`.
    var celText: String {
        let sign = seconds < 0 || nanoseconds < 0 ? "-" : ""
        guard nanoseconds != 0 else { return "\(seconds)s" }
        var digits = String(nanoseconds.magnitude)
        digits = String(repeating: "0", count: 9 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "\(sign)\(seconds.magnitude).\(digits)s"
    }
}

/// Sums and differences that stay within the range of CEL.
func addSpans(_ left: TimeSpan, _ right: TimeSpan) -> TimeSpan? {
    span(nanoseconds: left.totalNanoseconds + right.totalNanoseconds)
}

func subtractSpans(_ left: TimeSpan, _ right: TimeSpan) -> TimeSpan? {
    span(nanoseconds: left.totalNanoseconds - right.totalNanoseconds)
}

func shift(_ moment: Timestamp, by span: TimeSpan) -> Timestamp? {
    let (sum, overflow) = moment.addingReportingOverflow(span)
    return overflow ? nil : sum
}

/// The length between two moments; nil when it does not fit into 64 bits of nanoseconds, which is what the
/// conformance suite asks for.
func difference(_ later: Timestamp, _ earlier: Timestamp) -> TimeSpan? {
    let nanoseconds =
        (Int128(later.seconds) - Int128(earlier.seconds)) * 1_000_000_000 + Int128(later.nanoseconds)
        - Int128(earlier.nanoseconds)
    guard Int64(exactly: nanoseconds) != nil else { return nil }
    return span(nanoseconds: nanoseconds)
}
