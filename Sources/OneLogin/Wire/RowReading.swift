import Directory
import FieldStorage
import JSONScanning
import Timekeeping

/// One row of a batch while it is filled from the members of a record.
struct RowReading {
    private let slots: UnsafeMutablePointer<Slot>
    private let places: UnsafeMutablePointer<WireMemory.Place>
    // Unmanaged: the batch holds it while a row is read.
    private let arena: Unmanaged<TextArena>
    /// `id` of the events API.
    private var id: Slot = .null
    private var uuid: Slot = .null
    private var createdAt: Timestamp?
    private var eventTimestamp: Timestamp?
    private(set) var typeID: Int64?
    /// The object under `event`, of a feed that wraps its records.
    private(set) var wrapped: UnsafeRawBufferPointer?

    /// - Parameters:
    ///   - slots: The row.
    ///   - places: Where a member goes, by its code.
    ///   - arena: For text that the record does not have as it is wanted.
    init(slots: UnsafeMutablePointer<Slot>, places: UnsafeMutablePointer<WireMemory.Place>, arena: TextArena) {
        self.slots = slots
        self.places = places
        self.arena = .passUnretained(arena)
    }

    /// Puts one member into its slot.
    @inline(__always)
    mutating func take(_ member: JSONMember, _ memory: WireMemory) throws(UnreadableRecord) {
        let place = places[Int(member.code)]
        let slot = Int(place.slot)
        switch place.rule {
        case .text: slots[slot] = text(member)
        case .integer: slots[slot] = try integer(member)
        case .looseInteger: slots[slot] = (try? integer(member)) ?? .null
        case .fallbackText:
            if slots[slot].isNull { slots[slot] = text(member) }
        case .id: id = try identifier(member)
        case .uuid: uuid = try identifier(member)
        case .createdAt: createdAt = try time(member, memory)
        case .eventTimestamp: eventTimestamp = try time(member, memory)
        case .eventTypeID:
            let slot = try integer(member)
            if !slot.isNull { typeID = slot.intValue }
        case .wrapped:
            if member.kind == .object { wrapped = member.text }
        }
    }

    /// Fills the fields that every activity has.
    ///
    /// - Throws: What is missing.
    mutating func finish(raw: UnsafeRawBufferPointer, _ memory: WireMemory) throws(UnreadableRecord) {
        guard let typeID else { throw UnreadableRecord(reason: "the record has no `event_type_id`") }
        guard let time = eventTimestamp ?? createdAt else {
            throw UnreadableRecord(reason: "the record has no `created_at` and no `event_timestamp`")
        }
        let isWebhook = eventTimestamp != nil && !uuid.isNull
        let name = isWebhook || id.isNull ? uuid : id
        guard !name.isNull else { throw UnreadableRecord(reason: "the record has no `id` and no `uuid`") }
        slots[ActivityField.id.rawValue] = name
        slots[ActivityField.time.rawValue] = .timestamp(seconds: time.seconds, nanoseconds: time.nanoseconds)
        slots[ActivityField.typeID.rawValue] = .int(typeID)
        let kind = memory.kind(ofType: typeID)
        slots[ActivityField.kind.rawValue] = kind.kind
        slots[ActivityField.type.rawValue] = kind.name.isNull ? unknownType(typeID) : kind.name
        if typeID == WireActivityDecoder.userUpdated, !slots[ActivityField.groupID.rawValue].isNull {
            slots[ActivityField.kind.rawValue] = memory.groupChangedKind
        }
        slots[ActivityField.isLate.rawValue] = .bool(false)
        slots[ActivityField.raw.rawValue] = .string(raw)
    }

    private func unknownType(_ typeID: Int64) -> Slot {
        arena._withUnsafeGuaranteedRef { $0.copy("UNKNOWN_\(typeID)") }
    }

    /// Text, with its escapes resolved in the batch's arena; empty text is null.
    @inline(__always)
    private func text(_ member: JSONMember) -> Slot {
        if member.count == 0 { return .null }
        return member.hasEscapes ? resolved(member) : .string(member.text)
    }

    private func resolved(_ member: JSONMember) -> Slot {
        let room = arena._withUnsafeGuaranteedRef { $0.reserve(Int(member.count)) }
        let count = member.value.unescape(into: room)
        return .string(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(room)[..<count]))
    }

    /// A number or text that names something; null when empty.
    private func identifier(_ member: JSONMember) throws(UnreadableRecord) -> Slot {
        if member.kind == .string { return text(member) }
        guard member.kind == .number, JSONValue.integer(member.text) != nil else { throw unfit(member, "id") }
        return .string(member.text)
    }

    /// An integer from a number or from text; null from empty text.
    @inline(__always)
    private func integer(_ member: JSONMember) throws(UnreadableRecord) -> Slot {
        if member.kind == .number || member.kind == .string {
            if member.count == 0 { return .null }
            if let value = JSONValue.integer(member.text) { return .int(value) }
            if let value = wholeNumber(member) { return .int(value) }
        }
        throw unfit(member, "integer")
    }

    /// `30.0` and `1e2`, which some feeds write for integers.
    private func wholeNumber(_ member: JSONMember) -> Int64? {
        guard member.kind == .number, let value = member.value.double, value.magnitude < 9e15,
            value.rounded() == value
        else { return nil }
        return Int64(value)
    }

    @inline(__always)
    private func time(_ member: JSONMember, _ memory: WireMemory) throws(UnreadableRecord) -> Timestamp? {
        if member.count == 0 { return nil }
        guard member.kind == .string, let moment = memory.moment(member.text) else {
            throw unfit(member, "time")
        }
        return moment
    }

    private func unfit(_ member: JSONMember, _ wanted: String) -> UnreadableRecord {
        let shown = String(decoding: member.text.prefix(60), as: UTF8.self)
        let key = WireField.all[Int(member.code) - 1].key
        return UnreadableRecord(reason: "`\(key)` is no \(wanted): `\(shown)`")
    }
}

extension UnreadableRecord {
    /// The reason that a fault of the grammar is.
    init(_ fault: JSONFault) { self.init(reason: "\(fault)", offset: fault.offset) }
}
