internal import Crypto
public import Timekeeping

/// What opened an alert, and so tells one alert of a dedup key from the next.
///
/// Derived from facts, never counted: a replay of the same facts gives the same episode.
public enum Episode: Hashable, Sendable, Codable {
    /// The generation in which the state was first seen.
    case generation(Int64)
    /// The activity whose finding opened it, by its time and id.
    case activity(time: Timestamp, id: String)

    /// The generation or the activity of `finding`.
    public init(opening finding: Finding) {
        switch finding.origin {
        case .state(let generation): self = .generation(generation)
        case .activity(let id, _): self = .activity(time: finding.time, id: id)
        }
    }

    /// Bytes that two episodes share only when they are the same.
    var canonicalBytes: CanonicalBytes {
        var bytes = CanonicalBytes()
        switch self {
        case .generation(let id):
            bytes.append(tag: "g")
            bytes.append(id)
        case .activity(let time, let id):
            bytes.append(tag: "a")
            bytes.append(time)
            bytes.append(id)
        }
        return bytes
    }
}

extension DedupKey {
    /// Bytes that two keys share only when connection, policy, rule and every part of the key are the same.
    ///
    /// Text counts by its code points, so canonically equivalent spellings are different keys, as in CEL.
    public var canonicalBytes: [UInt8] { canonical.bytes }

    /// A name for the key: `ak_` and 26 characters of lower-case base 32, the first 128 bits of its SHA-256.
    public var keyID: String { "ak_" + canonical.digestText }

    /// The id of the alert that `episode` makes under this key: `al_` and 26 characters of lower-case base 32.
    public func alertID(_ episode: Episode) -> String {
        var bytes = canonical
        bytes.append(episode.canonicalBytes)
        return "al_" + bytes.digestText
    }

    private var canonical: CanonicalBytes {
        var bytes = CanonicalBytes()
        bytes.append(binding.connection)
        bytes.append(binding.policy)
        bytes.append(binding.rule)
        bytes.append(key)
        return bytes
    }
}

/// An encoding of values as bytes in which no two different sequences of values look alike: every value has a tag,
/// and whatever has no fixed length is preceded by it.
struct CanonicalBytes {
    private(set) var bytes: [UInt8] = []

    mutating func append(tag: Unicode.Scalar) { bytes.append(UInt8(truncatingIfNeeded: tag.value)) }

    mutating func append(_ text: String) {
        append(tag: "s")
        append(count: text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    mutating func append(_ number: Int64) {
        append(tag: "i")
        append(fixed: UInt64(bitPattern: number))
    }

    mutating func append(_ moment: Timestamp) {
        append(tag: "t")
        append(fixed: UInt64(bitPattern: moment.seconds))
        append(fixed: UInt64(moment.nanoseconds))
    }

    mutating func append(_ values: [EvidenceValue]) {
        append(tag: "l")
        append(count: values.count)
        for value in values { append(value) }
    }

    mutating func append(_ value: EvidenceValue) {
        switch value {
        case .null: append(tag: "n")
        case .bool(let value): append(tag: value ? "y" : "f")
        case .int(let value): append(value)
        case .double(let value):
            append(tag: "d")
            // Both zeros are one number and every NaN is the same "no number".
            append(fixed: value == 0 ? 0 : value.isNaN ? Double.nan.bitPattern : value.bitPattern)
        case .text(let value): append(value)
        case .time(let value): append(value)
        case .list(let values): append(values)
        }
    }

    mutating func append(_ other: CanonicalBytes) { bytes.append(contentsOf: other.bytes) }

    /// The first 128 bits of the SHA-256 as 26 characters of base 32.
    var digestText: String {
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return Base32.text(of: Array(hash.finalize().prefix(16)))
    }

    private mutating func append(count: Int) { append(fixed: UInt64(count)) }

    private mutating func append(fixed number: UInt64) {
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}

/// Base 32 of RFC 4648 section 6 in lower case and without padding.
enum Base32 {
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    static func text(of bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 8 + 4) / 5)
        var buffer: UInt32 = 0
        var held = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            held += 8
            while held >= 5 {
                held -= 5
                text.append(alphabet[Int(buffer >> UInt32(held) & 31)])
            }
        }
        if held > 0 { text.append(alphabet[Int(buffer << UInt32(5 - held) & 31)]) }
        return String(decoding: text, as: UTF8.self)
    }
}
