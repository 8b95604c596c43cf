/// One field's value in 16 bytes, so that a record is a row of slots and reading a field is one load.
///
/// A slot owns nothing. Text lives in memory that the record's owner keeps (an arena, a file block), and a
/// reference points at an object that the owner retains; both are valid as long as that owner is.
@frozen
public struct Slot: Sendable {
    /// What the sixteen bytes mean.
    @frozen
    public enum Tag: UInt8, Sendable {
        /// The wire had no value, or the record has no such field.
        case null
        /// `bits` is 0 or 1.
        case bool
        /// `bits` is an `Int64`.
        case int
        /// `bits` is a `UInt64`.
        case uint
        /// `bits` is the pattern of an IEEE double.
        case double
        /// `bits` is the address of valid UTF-8, `count` its length in bytes.
        case string
        /// `bits` is the `Int64` of seconds since 1970, `count` the nanoseconds, 0 to 999,999,999.
        case timestamp
        /// `bits` is the `Int64` of seconds, `count` the bit pattern of an `Int32` of nanoseconds of the same sign.
        case duration
        /// `bits` is the address of an object that somebody else retains: lists, maps, objects, see `CEL`.
        case reference
        /// The value exists but may not be known now: a scope is missing, a sync is incomplete, no resolver applies.
        case unknown
    }

    /// The payload; its meaning is the tag's.
    public var bits: UInt64
    /// Length of text in bytes, or nanoseconds; 0 for the other tags.
    public var count: UInt32
    /// What `bits` and `count` mean.
    public var tag: Tag

    /// A slot from its raw parts; prefer the named constructors.
    @inlinable
    public init(bits: UInt64, count: UInt32, tag: Tag) {
        self.bits = bits
        self.count = count
        self.tag = tag
    }

    /// No value.
    public static let null = Slot(bits: 0, count: 0, tag: .null)
    /// A value that may not be known now.
    public static let unknown = Slot(bits: 0, count: 0, tag: .unknown)

    /// A truth value.
    @inlinable
    public static func bool(_ value: Bool) -> Slot { Slot(bits: value ? 1 : 0, count: 0, tag: .bool) }

    /// A signed integer.
    @inlinable
    public static func int(_ value: Int64) -> Slot { Slot(bits: UInt64(bitPattern: value), count: 0, tag: .int) }

    /// A floating point number.
    @inlinable
    public static func double(_ value: Double) -> Slot { Slot(bits: value.bitPattern, count: 0, tag: .double) }

    /// Text that lives elsewhere.
    ///
    /// - Parameter text: Valid UTF-8 that outlives every use of the slot, at most 4 GiB.
    @inlinable
    public static func string(_ text: UnsafeRawBufferPointer) -> Slot {
        Slot(
            bits: UInt64(UInt(bitPattern: text.baseAddress)), count: UInt32(truncatingIfNeeded: text.count),
            tag: .string)
    }

    /// A moment.
    ///
    /// - Parameter nanoseconds: 0 to 999,999,999.
    @inlinable
    public static func timestamp(seconds: Int64, nanoseconds: UInt32) -> Slot {
        Slot(bits: UInt64(bitPattern: seconds), count: nanoseconds, tag: .timestamp)
    }

    /// A stretch of time; both parts have one sign.
    @inlinable
    public static func duration(seconds: Int64, nanoseconds: Int32) -> Slot {
        Slot(bits: UInt64(bitPattern: seconds), count: UInt32(bitPattern: nanoseconds), tag: .duration)
    }

    /// An object that the record's owner retains.
    @inlinable
    public static func reference(_ object: AnyObject) -> Slot {
        Slot(bits: UInt64(UInt(bitPattern: Unmanaged.passUnretained(object).toOpaque())), count: 0, tag: .reference)
    }

    /// Whether there is no value.
    @inlinable
    public var isNull: Bool { tag == .null }

    /// The payload of `bool`.
    @inlinable
    public var boolValue: Bool { bits != 0 }

    /// The payload of `int`, and the seconds of `timestamp` and `duration`.
    @inlinable
    public var intValue: Int64 { Int64(bitPattern: bits) }

    /// The payload of `double`.
    @inlinable
    public var doubleValue: Double { Double(bitPattern: bits) }

    /// The bytes of `string`; empty for text of no bytes.
    @inlinable
    public var text: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: UInt(bits)), count: Int(count))
    }

    /// The bytes of `string` as a Swift string: one allocation for more than 15 bytes.
    public var string: String { String(decoding: text, as: UTF8.self) }
}
