import Directory
import FieldStorage
import JSONScanning
import Timekeeping

/// What the decoder keeps between the records of one batch, so that a record costs no allocation and little looking up.
///
/// It never changes what a record means.
final class WireMemory {
    /// Where a key goes, by its code.
    struct Place {
        var rule = WireField.Rule.text
        var slot: UInt8 = 0
    }

    /// What a type number means: a null name is one that is not in the table.
    struct Kind {
        var typeID: Int64
        var kind: Slot
        var name: Slot
    }

    /// Members of one event that are looked at, known keys only; the wire has 80 of them.
    private static let memberLimit = 160
    /// Type numbers whose kinds are kept; a power of two.
    private static let kindCount = 1024

    let keys = JSONKeyMemory()
    let members: UnsafeMutableBufferPointer<JSONMember>
    let places: UnsafeMutablePointer<Place>
    let groupChangedKind = ActivityKind.groupChanged.kindSlot
    private let kinds: UnsafeMutablePointer<Kind>
    private let sources: [Slot]
    /// The first sixteen bytes and the seventeenth of a time, `2026-03-02T00:07:`, and what they stand for.
    @exclusivity(unchecked) private var minute: (UInt64, UInt64, UInt8) = (0, 0, 0)
    @exclusivity(unchecked) private var minuteStart: Int64 = 0

    private init() {
        members = .allocate(capacity: Self.memberLimit)
        places = .allocate(capacity: 256)
        places.initialize(repeating: Place(), count: 256)
        for (index, field) in WireField.all.enumerated() {
            places[index + 1] = Place(rule: field.rule, slot: UInt8(field.field.rawValue))
        }
        kinds = .allocate(capacity: Self.kindCount)
        kinds.initialize(repeating: Self.kind(of: 0), count: Self.kindCount)
        sources = Self.sourceSlots
    }

    deinit {
        members.deallocate()
        places.deallocate()
        kinds.deallocate()
    }

    /// The memory of a batch, which keeps it; made when it has none.
    @inline(__always)
    static func of(_ batch: ActivityBatch) -> Unmanaged<WireMemory> {
        if let known = batch.heldMemory, known._withUnsafeGuaranteedRef({ type(of: $0) == WireMemory.self }) {
            return .fromOpaque(known.toOpaque())
        }
        let made = WireMemory()
        batch.decoderMemory = made
        return .passUnretained(made)
    }

    /// The members that are not known here of the records that a batch was filled from, since this was asked last.
    static func takeUnknownFields(of batch: ActivityBatch) -> UnknownFieldCounts {
        var counts = UnknownFieldCounts()
        guard let memory = batch.decoderMemory as? WireMemory else { return counts }
        for (name, count) in memory.keys.takeUnknown() { counts.add(name, count) }
        return counts
    }

    /// The words of ``ActivitySource`` as slots.
    private static let sourceSlots: [Slot] = ActivitySource.allCases.map { StaticText.slot($0.rawValue) }

    @inline(__always)
    func sourceSlot(_ source: ActivitySource) -> Slot {
        switch source {
        case .api: sources[0]
        case .webhook: sources[1]
        case .file: sources[2]
        case .snapshot: sources[3]
        case .rule: sources[4]
        }
    }

    /// What a type number means.
    @inline(__always)
    func kind(ofType typeID: Int64) -> Kind {
        let place = kinds + Int(truncatingIfNeeded: typeID & Int64(Self.kindCount - 1))
        if place.pointee.typeID != typeID { place.pointee = Self.kind(of: typeID) }
        return place.pointee
    }

    private static func kind(of typeID: Int64) -> Kind {
        let known = ActivityKind.forType(typeID)
        return Kind(typeID: typeID, kind: known.kindSlot, name: known.isKnown ? known.typeNameSlot : .null)
    }

    /// A moment from its text; nil for anything that is no time.
    ///
    /// The minute before is remembered, since the activities of a feed follow each other closely.
    @inline(__always)
    func moment(_ text: UnsafeRawBufferPointer) -> Timestamp? {
        guard text.count == 24 || text.count == 20, text[text.count - 1] == UInt8(ascii: "Z") else {
            return WireTime.moment(text)
        }
        let start = (
            text.loadUnaligned(as: UInt64.self), text.loadUnaligned(fromByteOffset: 8, as: UInt64.self), text[16]
        )
        let tens = Int64(text[17] &- 48)
        let ones = Int64(text[18] &- 48)
        guard tens < 6, ones < 10, start == minute else { return remembered(text, start) }
        let seconds = minuteStart &+ tens &* 10 &+ ones
        if text.count == 20 { return Timestamp(seconds: seconds) }
        let digits = (UInt32(text[20] &- 48), UInt32(text[21] &- 48), UInt32(text[22] &- 48))
        guard text[19] == UInt8(ascii: "."), digits.0 < 10, digits.1 < 10, digits.2 < 10 else {
            return WireTime.moment(text)
        }
        let thousandths = digits.0 &* 100 &+ digits.1 &* 10 &+ digits.2
        return Timestamp(seconds: seconds, nanoseconds: thousandths &* 1_000_000)
    }

    private func remembered(_ text: UnsafeRawBufferPointer, _ start: (UInt64, UInt64, UInt8)) -> Timestamp? {
        guard let moment = WireTime.moment(text) else { return nil }
        // A time of this length that ends in `Z` is UTC; a second of 60 or the like is not learnt from.
        let second = Int64(text[17] &- 48) * 10 + Int64(text[18] &- 48)
        if second < 60 {
            minute = start
            minuteStart = moment.seconds - second
        }
        return moment
    }
}
